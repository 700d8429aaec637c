export const words = {
  en: {
    prompt: 'What does a teleprinter do?',
    left: (seconds: number) => `${seconds} s to watch`,
    hiddenNow: 'The clock stands still while the tab is hidden',
    failed: (why: string) => `Failed: ${why}`,
    requests: 'Requests', paid: 'Times paid', events: 'Events', characters: 'Characters',
    feedReceived: 'Events received', promptReceived: 'Text received',
    told: 'What the app was told', nothing: 'Nothing', nothingYet: 'Nothing yet',
    unable: 'Can’t send a prompt: it only knows GET.',
    ready: 'not started', own: 'the browser’s own',
    strayEvent: '(empty)',
    timeline: (requests: string, arrivals: number, told: string) =>
      `Over time: requests at ${requests || '–'} s; ${arrivals} arrivals; the app was told something at ${told || '–'} s`,
  },
  zh: {
    prompt: '电传打字机是做什么的？',
    left: (seconds: number) => `再观察 ${seconds} 秒`,
    hiddenNow: '标签页隐藏时停止计时',
    failed: (why: string) => `失败：${why}`,
    requests: '请求', paid: '付钱次数', events: '事件', characters: '字符',
    feedReceived: '收到的事件编号', promptReceived: '收到的文字',
    told: '应用得到的消息', nothing: '没有', nothingYet: '还没有',
    unable: '不能发送提示词：它只会 GET。',
    ready: '尚未开始', own: '浏览器自带',
    strayEvent: '（空）',
    timeline: (requests: string, arrivals: number, told: string) =>
      `时间线：在第 ${requests || '–'} 秒发出请求；共 ${arrivals} 次到达；应用在第 ${told || '–'} 秒得到消息`,
  },
}
