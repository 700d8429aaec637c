// The faults: what the server does, and what a client ought to make of it and why, for a feed and for a prompt
import type { Language } from '../shell/language.ts'
import type { Kind } from './measured.ts'

/** The names of the faults, as the server has them, in the order in which they are offered. */
export const FAULTS = [
  'healthy', 'drop', '429', '500', 'truncate', 'malformed', 'stall', 'buffer', 'trickle', 'html', '401',
] as const
export type FaultName = (typeof FAULTS)[number]

export interface Description {
  name: string
  /** What the server does. */
  does: string
  /** What ought to happen, and why. */
  ought: Record<Kind, string>
}

export const catalogue: Record<Language, Record<FaultName, Description>> = {
  en: {
    healthy: {
      name: 'Nothing',
      does: 'All goes well, to compare with.',
      ought: {
        feed: 'One request, and the events as they happen.',
        prompt: 'One request, the whole answer, and the app learns that it is whole. Go to another tab and come back while it is coming: that must not send the prompt again.',
      },
    },
    drop: {
      name: 'Cut the line',
      does: 'Breaks the connection after five pieces, every time.',
      ought: {
        feed: 'A feed may be asked for again, at no cost. So: reconnect without being told to, say which event was the last (Last-Event-ID), lose nothing, repeat nothing.',
        prompt: 'The model was at work, and that is paid for. To send the prompt again is to pay again, and the answer would begin anew. So: one request, keep what has arrived, tell the app.',
      },
    },
    429: {
      name: 'Too many requests',
      does: 'Turns everybody away for 3 seconds, and says so: 429, Retry-After: 3.',
      ought: {
        feed: 'The server has said when. So: come back, but not before.',
        prompt: 'What was turned away has cost nothing, so it may be sent again, and the server has said when. So: two requests, the second not before 3 seconds, and paid for once.',
      },
    },
    500: {
      name: 'Fail',
      does: 'Answers 500 for 2 seconds, after it has done the work; then all is well.',
      ought: {
        feed: 'Such failures pass. So: try again, waiting longer each time, and be back when the server is.',
        prompt: 'Who gets a 500 can’t know whether the work was done. Here it was, and every further request pays once more. So: one request, and the app is told; its user can decide.',
      },
    },
    truncate: {
      name: 'Stop halfway',
      does: 'Ends the stream in good order in the middle of a piece, as if that were all.',
      ought: {
        feed: 'A feed has no end, so this is a break like any other. So: reconnect behind the last whole event, and hand out no half ones.',
        prompt: 'For the network all is well: what is missing is the end mark, [DONE]. So: one request, and the app is told that the answer is cut short, or its user takes half an answer for a whole one.',
      },
    },
    malformed: {
      name: 'Send rubbish',
      does: 'Puts senseless lines between the events, and JSON that is cut into an answer.',
      ought: {
        feed: 'By the standard a line that makes no sense is passed over. So: all events, and none made out of rubbish.',
        prompt: 'Behind a piece that can’t be read nothing is sure, and a second request would be paid for too. So: one request, keep what has arrived, tell the app.',
      },
    },
    stall: {
      name: 'Fall silent',
      does: 'Sends five pieces, and then nothing more, while the line stays open.',
      ought: {
        feed: 'Nothing breaks, so somebody has to count the silence. Teleprinter does where it is given an idleTimeout, here of 3 seconds, and reconnects. The others have no such option.',
        prompt: 'Nothing breaks, so somebody has to count the silence. Teleprinter does, here for 3 seconds (2 minutes if not told otherwise), tells the app, and does not pay again. The other has no such option.',
      },
    },
    buffer: {
      name: 'Hold back',
      does: 'Holds everything for 2 seconds and lets it go at one stroke, as some proxies do.',
      ought: {
        feed: 'The events come late and in bursts: no client can change that. So: nothing lost, and no second request out of impatience.',
        prompt: 'The answer comes late and at one stroke: no client can change that. So: one request. And the app may learn that something on the way holds it back (timing.buffered).',
      },
    },
    trickle: {
      name: 'Trickle',
      does: 'Sends one byte at a time.',
      ought: {
        feed: 'Slow is not broken. So: one request, and whole events.',
        prompt: 'Slow is not broken. So: one request, and whole characters, those of several bytes too.',
      },
    },
    html: {
      name: 'Answer with a web page',
      does: 'Sends a page to sign in, as the network of a hotel or a train does.',
      ought: {
        feed: 'A web page is not a feed, and will not become one by asking again. So: one request, and the app is told.',
        prompt: 'A web page is not an answer, and will not become one by asking again. So: one request, and the app is told.',
      },
    },
    401: {
      name: 'Refuse',
      does: 'Answers 401: the token has expired.',
      ought: {
        feed: 'The same token will be refused again. So: one request, and the app is told, to get a new one.',
        prompt: 'The same token will be refused again. So: one request, and the app is told, to get a new one.',
      },
    },
  },
  zh: {
    healthy: {
      name: '一切正常',
      does: '不出任何故障，用来对照。',
      ought: {
        feed: '只发一次请求，事件随到随收。',
        prompt: '只发一次请求，收到完整的回答，应用也知道它是完整的。趁回答还在传，切到别的标签页再回来：提示词不应因此重发。',
      },
    },
    drop: {
      name: '掐断连接',
      does: '每次发完五段就断开连接。',
      ought: {
        feed: '订阅可以重新请求，不花钱。所以应当：自动重连，说明收到的最后一个事件是哪个（Last-Event-ID），不丢，不重。',
        prompt: '模型已经在工作，这就要付钱。重发提示词等于再付一次，回答也会从头再来。所以应当：只发一次请求，保留已收到的内容，并告诉应用。',
      },
    },
    429: {
      name: '请求过多',
      does: '3 秒之内拒绝所有人，并且说明：429，Retry-After: 3。',
      ought: {
        feed: '服务器说了什么时候再来。所以应当：再来，但不提前。',
        prompt: '被拒绝的请求没有花钱，可以重发，而且服务器说了什么时候。所以应当：两次请求，第二次不早于 3 秒，只付一次钱。',
      },
    },
    500: {
      name: '服务器出错',
      does: '2 秒之内，活干完了却回答 500；之后恢复正常。',
      ought: {
        feed: '这种故障会过去。所以应当：再试，一次比一次等得久，服务器恢复了就回来。',
        prompt: '收到 500 的人无从知道活干了没有。这里已经干了，再请求一次就再付一次钱。所以应当：只发一次请求，并告诉应用，由用户决定。',
      },
    },
    truncate: {
      name: '半途收尾',
      does: '一段发到一半就正常结束，好像已经发完。',
      ought: {
        feed: '订阅没有终点，所以这也是一种中断。应当：从最后一个完整的事件之后重连，不交出半个事件。',
        prompt: '在网络看来一切正常，缺的只是结束标记 [DONE]。所以应当：只发一次请求，并告诉应用回答不完整，否则用户会把半个回答当成全部。',
      },
    },
    malformed: {
      name: '夹带无效数据',
      does: '在事件之间插入没有意义的行，在回答里插入一段残缺的 JSON。',
      ought: {
        feed: '按标准，没有意义的行应当跳过。所以应当：事件一个不少，也不把无效数据当成事件。',
        prompt: '遇到读不懂的一段，后面的就都靠不住了，而再请求一次又要付钱。所以应当：只发一次请求，保留已收到的内容，并告诉应用。',
      },
    },
    stall: {
      name: '突然沉默',
      does: '发五段，然后不再发送，但连接一直开着。',
      ought: {
        feed: '什么都没有断，所以得有人计算沉默的时间。Teleprinter 设了 idleTimeout（这里是 3 秒）就会计算，并且重连。另外两个没有这个选项。',
        prompt: '什么都没有断，所以得有人计算沉默的时间。Teleprinter 会计算（这里是 3 秒，默认两分钟），告诉应用，而且不再付钱。另一个没有这个选项。',
      },
    },
    buffer: {
      name: '扣住不发',
      does: '把内容扣住 2 秒，再一口气放出来，有些代理服务器就是这样。',
      ought: {
        feed: '事件来得晚，而且一阵一阵：客户端都无能为力。应当：一个不丢，也不因为着急再发请求。',
        prompt: '回答来得晚，而且一口气到齐：客户端都无能为力。应当：只发一次请求；应用还可以得知途中有东西扣住了它（timing.buffered）。',
      },
    },
    trickle: {
      name: '点滴传送',
      does: '每次只发一个字节。',
      ought: {
        feed: '慢不等于断。应当：只发一次请求，事件完整。',
        prompt: '慢不等于断。应当：只发一次请求，字符完整，多字节的字符也一样。',
      },
    },
    html: {
      name: '回一个网页',
      does: '发来一个登录页面，酒店和火车上的网络常常这样。',
      ought: {
        feed: '网页不是订阅，再问也不会变成订阅。所以应当：只发一次请求，并告诉应用。',
        prompt: '网页不是回答，再问也不会变成回答。所以应当：只发一次请求，并告诉应用。',
      },
    },
    401: {
      name: '拒绝访问',
      does: '回答 401：令牌已过期。',
      ought: {
        feed: '同一个令牌还会被拒绝。所以应当：只发一次请求，并告诉应用去取新的令牌。',
        prompt: '同一个令牌还会被拒绝。所以应当：只发一次请求，并告诉应用去取新的令牌。',
      },
    },
  },
}
