import type { HeaderFault } from './parse-headers.ts'

const en = {
  states: ['connecting', 'open', 'closed'],
  state: (state: number, name: string) => `readyState ${state}, ${name}`,
  ended: (name: string, outcome: string) => `${name} (${outcome})`,
  idle: 'Nothing recorded yet: open an address, and every event, comment and change of state is written here.',
  nothingMatches: 'Nothing that is kept matches the filter.',
  cleared: 'Cleared.',
  outcomes: { done: 'done', stopped: 'stopped', truncated: 'truncated', failed: 'failed' },

  steps: { request: 'request', response: 'response', pace: 'retry:', retry: 'retry', why: 'why', ending: 'ending' },
  comment: 'comment',
  replayed: 'replayed, left out',
  attempt: (attempt: number) => (attempt === 1 ? '' : `, attempt ${attempt}`),
  after: (id: string) => `, after id ${id}`,
  withBody: (bytes: string) => `, body of ${bytes}`,
  noType: 'no content type',
  response: (status: string, type: string, time: string) => `${status}, ${type}, after ${time}`,
  pace: (time: string) => `The server asks for at least ${time} before a reconnect`,
  retry: (wait: string, fault: string) => `Again in ${wait}: ${fault}`,
  fault: (code: string, message: string) => `${code}: ${message}`,
  why: {
    cors: 'CORS: a server is there, but its answer does not let this page read it',
    nobody: 'No answer, with CORS or without: the server, its name, its certificate, the network, or the browser itself, which may have refused to ask',
    both: 'CORS or the network: fetch does not tell a page which of them it was',
  },
  ending: (outcome: string, events: string, bytes: string) => `${outcome}, after ${events} events and ${bytes}`,

  advice: {
    cors: (origin: string, headers: string) =>
      `fetch fails in the same way where nobody answers and where CORS forbids. So the same address was asked once more in mode no-cors, without your headers, and there was an answer. The server must send Access-Control-Allow-Origin: ${origin}${headers === '' ? '' : `, and for your headers Access-Control-Allow-Headers: ${headers}`}.`,
    nobody: () =>
      'fetch fails in the same way where nobody answers and where CORS forbids. So the same address was asked once more in mode no-cors, and there was no answer either. Is the server up, its name right, its certificate valid? The browser itself may also have refused to ask, as it does at some ports (1 or 6000, for example) or for a blocker among its extensions: a page cannot tell that apart, but the browser’s developer tools can.',
    both: (origin: string, headers: string) =>
      `Either nobody answered, or the browser itself refused to ask, or the server answered without Access-Control-Allow-Origin: ${origin}${headers === '' ? '' : `, or without Access-Control-Allow-Headers: ${headers}`}. The browser tells its console, but not the page. A request that the server may have run is not sent again to find out.`,
  },
  moment: (time: string, since: string, gap: string) => `${time}, ${since} after the start, ${gap} after the row before`,
  dataBytes: (bytes: string) => `, ${bytes} of data`,
  redirected: (url: string) => `Answered by ${url}`,
  bodyStart: 'The answer’s body begins',
  content: 'Content',
  tooLong: (shown: string, all: string) => `The first ${shown} of ${all} characters; the export has all of them.`,
  pretty: 'Pretty-print',
  tooDeep: 'Nested too deep to be laid out: shown as it came.',
  copy: 'Copy',
  copied: 'Copied',
  noCopy: 'Could not copy',

  of: (shown: string, all: string) => (shown === all ? `${all} rows` : `${shown} of ${all} rows`),
  dropped: (dropped: string) => `, ${dropped} older ones no longer kept`,
  waiting: (waiting: string) => `${waiting} more while paused`,
  pause: 'Pause',
  resume: 'Resume',
  earlier: (rows: string) => `Show ${rows} earlier rows`,
  newest: 'To the newest',
  countdown: (seconds: string, fault: string) => `Next attempt in ${seconds}\u00A0s: ${fault}`,
  soon: (fault: string) => `Next attempt as soon as the machine is online: ${fault}`,
  exported: (file: string, rows: string) => `${file}: ${rows} rows`,

  url: {
    empty: 'Which URL? A path of this server will do, as /events',
    invalid: (found: string) => `Not a URL: ${found}`,
    protocol: (found: string) => `Only http and https can be fetched: ${found}`,
    credentials: 'fetch takes no user name or password in a URL; send an Authorization header instead',
    mixed: 'This page came by https, and browsers keep such a page from asking http',
    refused: (message: string) => `The browser refuses this request: ${message}`,
  },
  header: (line: number, reason: string) => `Line ${line}: ${reason}`,
  headers: {
    'no-colon': found => `no colon, so no “Name: value”: ${found}`,
    'no-name': found => `no name before the colon: ${found}`,
    'bad-name': found => `not a header’s name: ${found}`,
    'bad-value': found => `the value of ${found} has a character that no header can carry`,
    'forbidden': found => `browsers don’t let a page set ${found}`,
  } as Record<HeaderFault, (found: string) => string>,
  notJson: (message: string) => `Not JSON, as the content type says it is; it is sent as it stands. ${message}`,
  rules: {
    GET: 'Comes back with Last-Event-ID when the stream ends or breaks',
    other: 'Sent again only where the server says that it did not run it: 408, 425, 429, 503',
    off: 'One request, whatever happens',
  },
}

const zh: typeof en = {
  states: ['正在连接', '已打开', '已关闭'],
  state: (state, name) => `readyState ${state}，${name}`,
  ended: (name, outcome) => `${name}（${outcome}）`,
  idle: '还没有记录：打开一个地址，每个事件、注释和状态变化都会写在这里。',
  nothingMatches: '保留的记录中没有符合筛选条件的。',
  cleared: '已清空。',
  outcomes: { done: '完成', stopped: '已停止', truncated: '被截断', failed: '失败' },

  steps: { request: '请求', response: '响应', pace: 'retry:', retry: '重试', why: '原因', ending: '结束' },
  comment: '注释',
  replayed: '重放，未再送出',
  attempt: attempt => (attempt === 1 ? '' : `，第 ${attempt} 次`),
  after: id => `，从编号 ${id} 之后继续`,
  withBody: bytes => `，正文 ${bytes}`,
  noType: '没有内容类型',
  response: (status, type, time) => `${status}，${type}，用时 ${time}`,
  pace: time => `服务器要求重连前至少等待 ${time}`,
  retry: (wait, fault) => `${wait} 后重试：${fault}`,
  fault: (code, message) => `${code}：${message}`,
  why: {
    cors: 'CORS：服务器在，但它的响应不允许本页读取',
    nobody: '无论是否经过 CORS 都没有应答：可能是服务器、域名、证书或网络的问题，也可能是浏览器自己拒绝了请求',
    both: 'CORS 或网络：fetch 不会告诉页面究竟是哪一个',
  },
  ending: (outcome, events, bytes) => `${outcome}，共 ${events} 个事件，${bytes}`,

  advice: {
    cors: (origin, headers) =>
      `无人应答和被 CORS 拦下，fetch 的报错是一样的。因此又以 no-cors 模式、不带你的请求头问了一次同一地址，得到了应答。服务器需要返回 Access-Control-Allow-Origin: ${origin}${headers === '' ? '' : `；你的请求头还需要 Access-Control-Allow-Headers: ${headers}`}。`,
    nobody: () =>
      '无人应答和被 CORS 拦下，fetch 的报错是一样的。因此又以 no-cors 模式问了一次同一地址，仍然没有应答。请检查服务器是否在运行、域名是否正确、证书是否有效。也可能是浏览器自己拒绝了请求：某些端口（例如 1 和 6000）一律不允许访问，扩展程序也可能拦截。页面无法区分这些情况，浏览器的开发者工具里可以看到。',
    both: (origin, headers) =>
      `要么无人应答，要么浏览器自己拒绝了请求，要么服务器的响应缺少 Access-Control-Allow-Origin: ${origin}${headers === '' ? '' : `，或缺少 Access-Control-Allow-Headers: ${headers}`}。浏览器只把原因写进控制台，不告诉页面。服务器可能已经执行过的请求，不会为了查明原因而再发一次。`,
  },
  moment: (time, since, gap) => `${time}，开始后 ${since}，距上一行 ${gap}`,
  dataBytes: bytes => `，数据 ${bytes}`,
  redirected: url => `由 ${url} 应答`,
  bodyStart: '响应正文的开头',
  content: '内容',
  tooLong: (shown, all) => `共 ${all} 个字符，这里是前 ${shown} 个；导出的文件中有全部内容。`,
  pretty: '格式化',
  tooDeep: '嵌套太深，无法格式化，仍按原样显示。',
  copy: '复制',
  copied: '已复制',
  noCopy: '无法复制',

  of: (shown, all) => (shown === all ? `${all} 行` : `${all} 行中的 ${shown} 行`),
  dropped: dropped => `，更早的 ${dropped} 行已不再保留`,
  waiting: waiting => `暂停期间又有 ${waiting} 行`,
  pause: '暂停',
  resume: '继续',
  earlier: rows => `显示更早的 ${rows} 行`,
  newest: '到最新一行',
  countdown: (seconds, fault) => `${seconds}\u00A0秒后再次尝试：${fault}`,
  soon: fault => `恢复联网后立即再次尝试：${fault}`,
  exported: (file, rows) => `${file}：${rows} 行`,

  url: {
    empty: '要打开哪个地址？本服务器的路径也可以，例如 /events',
    invalid: found => `不是有效的地址：${found}`,
    protocol: found => `只能请求 http 和 https：${found}`,
    credentials: 'fetch 不接受地址中的用户名和密码，请改用 Authorization 请求头',
    mixed: '本页经 https 打开，浏览器不允许它请求 http 地址',
    refused: message => `浏览器拒绝了这个请求：${message}`,
  },
  header: (line, reason) => `第 ${line} 行：${reason}`,
  headers: {
    'no-colon': found => `没有冒号，不是“名称: 值”：${found}`,
    'no-name': found => `冒号前没有名称：${found}`,
    'bad-name': found => `不是有效的请求头名称：${found}`,
    'bad-value': found => `${found} 的值中有请求头无法携带的字符`,
    'forbidden': found => `浏览器不允许页面设置 ${found}`,
  },
  notJson: message => `内容类型是 JSON，但正文不是；仍会原样发送。${message}`,
  rules: {
    GET: '流结束或中断后，带着 Last-Event-ID 重新连接',
    other: '只有服务器表明没有执行时才会再发：408、425、429、503',
    off: '无论发生什么，只发一次请求',
  },
}

export const words = { en, zh }
