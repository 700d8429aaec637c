import {
  dayProgram, debounce, firstCharacters, followFeed, lighthouse, simplify, splitLines, stamp, timetable, typeAnswer, wonder,
} from './samples.ts'
import type { Theme, Voice } from './voice.ts'

const streaming: Theme = {
  about: /stream|piece|token|chunk|\bsse\b|server-sent|event ?source|websocket|\bwire\b|typewriter|teleprint/i,
  prose: [
    'A language model computes its answer one token after another, and the last can be half a minute behind the first. A '
    + 'page that waits for the whole of it shows nothing for all that time. A page that reads while the model writes shows '
    + 'the first words almost at once, and nobody minds the rest coming later: people read at about the same speed.',
    'Underneath is one ordinary HTTP response that the server has not finished yet. Every piece travels as a small block of '
    + 'lines, with “data:” in front and an empty line behind, and the page gets each block the moment it is sent. There is '
    + 'no second protocol and no handshake: proxies, cookies and status codes work as they always did.',
    'What arrives is never even. A few tokens share a packet, then there is a breath, then a burst. Printed as it comes, '
    + 'that is tiring to look at. So the typewriter keeps a little in hand, watches how far apart the pieces are, and plans '
    + 'to have spent what it has just as the next delivery is due.',
    'The delicate part is the end. A connection that closes is not yet an answer that is complete: the wire may have been '
    + 'cut in the middle of a sentence. That is why a stream says so when it is done, and why a careful reader can tell '
    + '“finished” from “fell silent”.',
  ],
  leads: [
    'What I would watch, on both ends of the wire:',
    'A short list for whoever builds the server:',
    'Easily forgotten, and worth the trouble:',
  ],
  points: [
    '**Send the headers at once**, so that the page knows the line is open.',
    'Flush after every event. A buffer that waits to be full is a pause that nobody ordered.',
    'Send a comment now and then, so that no proxy takes silence for death.',
    'Stop computing when the reader leaves: tokens cost money even if nobody sees them.',
    '**Never repeat a prompt on your own.** It may have been answered, and paid for, already.',
    'Cut text between the characters that people see, and never inside 👩🏽‍🚀 or 👨‍👩‍👧‍👦.',
    'Number the events, and a reader that comes back can say where it left off.',
  ],
  codeLeads: ['In a page it comes down to this:', 'The whole of it in a few lines:'],
  code: [typeAnswer, followFeed],
  thoughts: [
    'There is the computing, one token after another, and there is the wire: two causes, and people mix them up.',
    'The common mistake is to take a closed connection for a finished answer, so I should warn of that.',
    'An example in code will say more than another paragraph would.',
    'Proxies that hold an answer back are the usual trouble; a word on flushing, then.',
  ],
  links: [
    'The rules are in [the HTML standard](https://html.spec.whatwg.org/multipage/server-sent-events.html), and they are short.',
    'MDN has [a gentle introduction](https://developer.mozilla.org/en-US/docs/Web/API/Server-sent_events), should you want one.',
  ],
}

const coding: Theme = {
  about: /\bcode|function|typescript|javascript|python|program|\bapi\b|regex|\bsql\b|\bbugs?\b|algorithm|parser/i,
  prose: [
    'I would begin with the data rather than with the code. Write down one value that goes in and one that comes out, then '
    + 'an awkward one: empty, enormous, or in a script that you do not read. Half of the design falls out of those three '
    + 'lines, and they are your first tests as well.',
    'Small functions that close over their state are easier to live with than clever ones. Give each a single job and a '
    + 'name that says which. If the name needs an “and”, there are two functions in there, and they would like to be '
    + 'introduced to each other properly.',
    'Errors deserve as much care as results. Somebody will read that message at three in the morning, so let it say what '
    + 'could not be done and which value was found instead. “Invalid input” is not a message, it is a shrug.',
    'Measure before you tune. The slow part is seldom the one that looks slow: a loop over ten items can be as plain as '
    + 'you like, while an innocent string that grows by one character at a time may copy itself a million times.',
  ],
  leads: ['The order in which I would go about it:', 'A checklist from the workshop wall:', 'Before I called it finished:'],
  points: [
    '**Write the call that you would like to make**, then make it work.',
    'Reject nonsense at the door, with the value in the message.',
    '**Decide who closes what was opened**, and write it in a `finally`.',
    'Feed it real bytes, cut at every place where the network might cut them.',
    'Try it with 👩‍💻, with 汉字, and with no text at all.',
    'Read it once more tomorrow, and delete a third.',
  ],
  codeLeads: ['A sketch to start from:', 'Something like this would do:'],
  code: [splitLines, debounce, firstCharacters],
  thoughts: [
    'I do not know the size of their data, so the plain solution comes first.',
    'The awkward inputs decide this: empty, enormous, and cut in the middle of a character.',
    'A test that fails would help them more than my opinion; I shall suggest one.',
  ],
  links: [
    'How text is cut properly: [`Intl.Segmenter`](https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Intl/Segmenter).',
    'Worth an evening: [the TypeScript handbook](https://www.typescriptlang.org/docs/handbook/intro.html).',
  ],
}

const letters: Theme = {
  about: /postcard|letter|poem|story|tale|haiku|song|verse|lighthouse|\bsea\b|write me/i,
  prose: [
    'The lamp turns once in ten seconds, and between two turns the whole bay is mine. Below me the boats come home in the '
    + 'order in which they left. I count them as my grandmother counted hens: not because one might be missing, but because '
    + 'it is pleasant to arrive at the same number every night.',
    'There is a teleprinter in the keeper’s room that nobody has switched off since the war. On most days it is silent. '
    + 'Then, about four in the afternoon, it clears its throat and types the weather for ships that were broken up long '
    + 'ago, one letter at a time, as if each had to be fetched from the cellar.',
    'You would like the quiet here. It has layers, as a pastry has: the wind on top, then the gulls, then the long low '
    + 'breath of the tide, and at the very bottom, if you hold yours, a clock in the next room that is four minutes slow '
    + 'and perfectly happy.',
    'This morning the fog stood at the window like a shy guest. I put the kettle on for two. By the time the water sang it '
    + 'had made up its mind and gone, and in its place was an island that I could swear was not there yesterday.',
  ],
  leads: ['Enclosed, in the order in which I found them:', 'Things I meant to tell you:', 'From the window, at this moment:'],
  points: [
    'one gull, indignant, on one leg',
    'a blue boat that says it is called Patience 🛶',
    'two people and a dog, all three running from the same wave 👩‍❤️‍👨🐕',
    'a pebble with a white ring, which is luck, or quartz',
    'the smell of rain, some minutes before the rain 🌧️',
    'a light on the far side that answers when ours asks',
  ],
  codeLeads: ['The stamp, since you collect them:', 'And the back of the card:'],
  code: [stamp, lighthouse],
  thoughts: [
    'Something with a lamp in it, and weather; people like weather.',
    'Not too sad. A gull would help.',
    'It should end on something small that can be seen from the window.',
  ],
  links: [
    'There are more of them than you think: [lighthouses](https://en.wikipedia.org/wiki/Lighthouse).',
    'On the machine in the keeper’s room: [the teleprinter](https://en.wikipedia.org/wiki/Teleprinter).',
  ],
}

const planning: Theme = {
  about: /\bplan|trip|travel|weekend|\bday\b|dinner|cook|recipe|\btea\b|coffee|picnic|garden|learn|habit|ideas?\b/i,
  prose: [
    'Start with the part that you look forward to and build the rest around it. Plans made the other way round, duties '
    + 'first, have a way of using up the day and leaving the good bit for the train home.',
    'Leave a hole in the middle. An hour with nothing in it is not wasted: it is where the long lunch goes, or the wrong '
    + 'turning, or the bench with the view. Nobody has ever come back and told the story of how everything was on time.',
    'Three things are enough. One that you know how to do, one that is new, and one that you can give up without regret '
    + 'when it rains. Whatever else you had in mind will still be there next month, and so will you.',
    'Write it on paper, in ink, and put it where you make your coffee. A plan on a screen is one of many windows; a plan on '
    + 'the kitchen wall is a member of the household and will ask you how it is going.',
  ],
  leads: ['How I would lay it out:', 'A first draft, to be crossed out at will:', 'To take along:'],
  points: [
    '**Morning:** the one thing that needs a clear head. ☕',
    '**Before noon:** walk to where it is sold, rather than have it brought.',
    '**Midday:** eat something that is eaten with the hands. 🥟',
    '**Afternoon:** the new thing, badly and with pleasure.',
    '**Towards evening:** somewhere high, to see where you have been. ⛰️',
    '**At night:** one line in a notebook. One is enough. 📓',
    '**In the bag:** water, a pencil, and room for what you will find. 🎒',
  ],
  codeLeads: ['For those who like their plans executable:', 'The same as a program:'],
  code: [dayProgram, timetable],
  thoughts: [
    'They have one day, and more wishes than hours: the list has to be short.',
    'The morning is for what needs a clear head, so the new thing goes into the afternoon.',
    'Rain is likely enough that one point must be easy to drop.',
    'A gap in the middle will feel wasteful on paper and right on the day.',
  ],
  links: [
    'For the hole in the middle: [how to take a nap](https://en.wikipedia.org/wiki/Nap).',
    'For the way there: [a map that belongs to everybody](https://www.openstreetmap.org/).',
  ],
}

const anything: Theme = {
  about: /^/,
  prose: [
    'I should say what I am: the small model that lives in this demo’s server. I have no weights and I have read nothing, '
    + 'so I cannot look things up for you. What I do have is a stock of phrases, a die to choose among them, and all the '
    + 'time in the world to type. Give the server an OPENAI_API_KEY, and somebody far better read will answer in my place.',
    'Most questions become friendlier when they are cut in two: the part that can be looked up, and the part that has to be '
    + 'decided. The first takes an hour and a library. The second takes a walk, and preferably a companion who is not '
    + 'afraid of silence.',
    'Whatever the answer is, you are watching it arrive as it would from any model: a word, half a word, a pause for '
    + 'breath, then a whole phrase at once. The page neither waits for the end nor stumbles over the gaps. It only types '
    + 'on, at the pace of somebody who knows what comes next.',
    'An old teleprinter operator told me, or would have if I had ears, that the trick is never to look at the keys. Look '
    + 'at the paper. If a letter is wrong, let it stand and send the word again: the person on the other end is cleverer '
    + 'than the machine, and kinder.',
  ],
  leads: ['How I would begin:', 'Some questions to put to the question:', 'While we wait for somebody who knows:'],
  points: [
    '**Say it again in half the words**, and see what is left.',
    'Ask who would be glad of the answer, and what they would do with it. 🧑‍🌾',
    'Look for the smallest example that still surprises you.',
    '**Draw it.** Boxes and arrows forgive more than sentences do. ✏️',
    'Find the person who disagrees, and make them tea. 🍵',
    '**Sleep on it:** the night shift is underrated. 🌙',
  ],
  codeLeads: ['In a language that computers pretend to understand:', 'The procedure, step by step:'],
  code: [simplify, wonder],
  thoughts: [
    'I cannot look anything up, so I should say what kind of question this is rather than pretend to know.',
    'There is a part that can be looked up and a part that has to be decided; they want different answers.',
    'A small example would make it less lofty.',
    'They may only want to see how it is typed, and that would be fair.',
  ],
  links: [
    'Somebody has surely written it down: [Wikipedia](https://en.wikipedia.org/).',
    'What this page is made with is read in [an afternoon](https://html.spec.whatwg.org/multipage/server-sent-events.html).',
  ],
}

const greeting: Theme = {
  ...anything,
  about: /^\s*(hi|hello|hey|hiya|howdy|good (morning|afternoon|evening)|greetings|salut|hallo|hola)\b/i,
  leads: ['Things that you could ask me:', 'If you would like to see me work:', 'I am said to be good at these:'],
  points: [
    'Why an answer arrives in pieces, and what a page should do about it.',
    'A postcard from a lighthouse. I have a soft spot for lighthouses. 🗼',
    'A plan for a day with a hole in the middle.',
    'A little code, with the commas in the right places. 👩‍💻',
    '用中文问我也可以。 (Chinese is fine with me, too.)',
    'The same thing twice: I will give you the same answer, to the letter.',
  ],
}

/** What the model can say in English. */
export const english: Voice = {
  paragraphs: 2,
  openings: [
    'You wrote “{prompt}”, so let me type it out as it comes to me: a few words at a time. ✍️',
    '“{prompt}” is a good thing to find on the wire. Here is what I make of it. 📠',
    'Received: “{prompt}”. The line is clear, the paper is in, and I have a moment. 🧑‍💻',
    'The bell rang, the carriage moved, and there it was: “{prompt}”. Let us see. 🔔',
  ],
  memories: [
    'I have not forgotten that you came in with “{earlier}”. Take this as the second sheet.',
    'It goes well with “{earlier}”, which is still lying here beside the machine.',
  ],
  deep: /\b(why|how come|plan|think|compare|versus|vs|explain|decide|should|prove)\b/i,
  musings: [
    'They ask: “{prompt}”. What would they do with the answer?',
    'So, “{prompt}”. Let me see what is really being asked.',
    '“{prompt}” sounds simple, and is not quite.',
  ],
  resolves: [
    'I will say the main thing first, then a short list, and keep the example small.',
    'Two paragraphs, a list, and something to try. That should do.',
    'Good. The order is clear; now to find the words.',
  ],
  comparison: {
    about: /\bcompare (?:the )?(.{1,100}?),? (?:and|with|to|against|versus|vs\.?) (?:the )?(.{1,100}?)(?: (?:in|as) an? table)?(?: for me)?(?:, please)?[.?!]{0,3}$/i,
    either: ['the one', 'the other'],
    leads: ['Side by side:', 'In a table, since that is what tables are for:', 'At a glance:'],
    rows: [
      ['First impression', 'makes one', 'waits to be asked'],
      ['Best time of day', 'before nine', 'after the rain'],
      ['Keeps', 'for a week', 'for as long as the story is told'],
      ['In company', 'talks', 'listens, then **talks**'],
      ['When it goes wrong', 'at once, and loudly', 'slowly, over years'],
      ['Chosen by', 'people with lists', 'people with windows'],
      ['Would I?', 'on weekdays', '*yes*'],
    ],
  },
  tools: {
    thoughts: [
      'I have no clock and no dice of my own, but this page offers tools for that. Better to ask than to guess.',
      'This I cannot know by heart. The page has a tool for it, so I shall call that and wait.',
    ],
    time: ['It is **{time}** on {weekday}, {date}, by the clock of `{zone}`.', 'The clock of `{zone}` says **{time}** ({weekday}, {date}).'],
    dice: ['The dice say {rolls}: **{sum}** in all.', 'I heard them roll: {rolls}, which makes **{sum}**.'],
    other: 'The tool answers: `{content}`.',
    failed: 'The tool could not do it. It says: `{error}`',
    closings: [
      'I did not make that up: your browser ran the tool and told me. 🎲',
      'Ask again, and the page will look again. I only read out what it says. ⏱️',
    ],
    weekdays: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
    and: ' and ',
  },
  themes: [greeting, streaming, letters, coding, planning, anything],
  asides: [
    'In Chinese one would say 慢慢来，一个字一个字地写: slowly, one character at a time. 🐢',
    'My colleague in Kyoto signs such things with 一期一会, “one meeting, once”. I can only add 🧑‍🤝‍🧑 and a bow.',
    'There is a word for it in Chinese, 水到渠成: where water comes, a channel forms. 🌊',
    'A reader in Taipei sent this along: 字如其人, the writing is like the writer. 👩‍🎨',
  ],
  closings: [
    'That is all from here. The line stays open. 🏳️‍🌈',
    'End of message. Ask again, and I shall warm up the motor. 👨‍👩‍👧‍👦',
    'Over to you, and mind the carriage return. 👋🏽',
    'I will stop typing now. It is your turn. 🧑🏻‍🚀',
  ],
}
