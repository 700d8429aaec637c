/** Where a city's clock stands: its time zone, by the names that people use in a prompt. */
const ZONES: readonly (readonly [names: RegExp, zone: string])[] = [
  [/tokyo|osaka|kyoto|japan|东京|大阪|京都|日本/i, 'Asia/Tokyo'],
  [/beijing|shanghai|shenzhen|china|北京|上海|深圳|广州|中国/i, 'Asia/Shanghai'],
  [/taipei|taiwan|台北|台湾/i, 'Asia/Taipei'],
  [/hong ?kong|香港/i, 'Asia/Hong_Kong'],
  [/singapore|新加坡/i, 'Asia/Singapore'],
  [/seoul|korea|首尔|韩国/i, 'Asia/Seoul'],
  [/delhi|mumbai|bangalore|india|德里|孟买|印度/i, 'Asia/Kolkata'],
  [/dubai|迪拜/i, 'Asia/Dubai'],
  [/london|britain|england|伦敦|英国/i, 'Europe/London'],
  [/paris|france|巴黎|法国/i, 'Europe/Paris'],
  [/berlin|munich|germany|柏林|慕尼黑|德国/i, 'Europe/Berlin'],
  [/madrid|barcelona|spain|马德里|西班牙/i, 'Europe/Madrid'],
  [/rome|milan|italy|罗马|意大利/i, 'Europe/Rome'],
  [/moscow|莫斯科/i, 'Europe/Moscow'],
  [/cairo|egypt|开罗|埃及/i, 'Africa/Cairo'],
  [/nairobi|kenya|内罗毕/i, 'Africa/Nairobi'],
  [/new york|boston|washington|纽约|波士顿|华盛顿/i, 'America/New_York'],
  [/chicago|芝加哥/i, 'America/Chicago'],
  [/los angeles|san francisco|seattle|california|洛杉矶|旧金山|西雅图|加州/i, 'America/Los_Angeles'],
  [/s(?:ã|a)o paulo|brazil|圣保罗|巴西/i, 'America/Sao_Paulo'],
  [/sydney|melbourne|悉尼|墨尔本/i, 'Australia/Sydney'],
  [/auckland|new zealand|奥克兰|新西兰/i, 'Pacific/Auckland'],
  [/\b(?:utc|gmt)\b/i, 'UTC'],
]

/** The time zones of the places that a prompt names, and any IANA zone that it spells out. */
export function zonesIn(prompt: string): string[] {
  const spelled = prompt.match(/\b[A-Z][A-Za-z]+\/[A-Z][A-Za-z_]+(?:\/[A-Z][A-Za-z_]+)?\b/g) ?? []
  const named = ZONES.filter(([names]) => names.test(prompt)).map(([, zone]) => zone)
  return [...new Set(spelled.length > 0 ? spelled : named)]
}
