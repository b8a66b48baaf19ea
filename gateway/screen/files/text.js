// Every word that people read on the pages, in one table for each language, and how
// numbers and times are written. A language is added as a table with the same names;
// what it lacks is English. A message is a text with {names}, or several by the plural
// form of {n} (those of Intl.PluralRules).

const en = {
  // The connection.
  connecting: 'Connecting…',
  stale: 'Reconnecting: these numbers may be old',
  refused: 'This link is no longer good',
  refusedHow: 'It has run out or was taken back. Ask the host for a new one.',
  // Screens.
  nowPlaying: 'Now playing',
  justPlayed: 'Just played',
  soon: 'Soon',
  over: 'That was the evening',
  noGame: 'The first game is being picked',
  seats: '{min} to {max} players',
  players: {one: '{n} player', other: '{n} players'},
  room: 'Room code',
  votes: 'Votes',
  up: 'Thumbs up',
  down: 'Thumbs down',
  net: 'Score',
  tonight: 'Tonight',
  latest: 'Latest votes',
  somebody: 'Somebody',
  join: 'Vote with your phone',
  joinAt: 'Scan, or go to',
  joinCode: 'with the code',
  qr: 'QR code of the link to vote',
  whatNext: 'What do we play next?',
  nextUp: 'Next up',
  counting: 'Counting…',
  votesIn: {one: '{n} vote', other: '{n} votes'},
  spoken: '{title}: {up} up, {down} down',
  noneActive: 'Nobody is playing yet',
  noneActiveHow: 'This screen begins by itself when the host opens a session.',
  // Phones.
  comingIn: 'Coming in…',
  votingAs: 'Voting as',
  yourName: 'Your name',
  yourNameHow: 'It is shown on the screen with your votes. Leave it empty to stay a guest.',
  keepName: 'Save',
  cancel: 'Cancel',
  code: 'Code on the screen',
  go: 'Go',
  enterCode: 'Hello!',
  enterCodeHow: 'Type the code that the screen shows.',
  noSuchCode: 'This code opens nothing',
  noSuchCodeHow: 'Look at the screen again: it may have changed, or be read wrongly.',
  closedNow: 'Joining is closed',
  closedNowHow: 'Thank you for your votes! When the screen shows a code again, come back in.',
  crowded: 'A moment, please',
  crowdedHow: 'Many are at the door. Stay here: it goes on by itself.',
  noAnswer: 'Nobody answers',
  noAnswerHow: 'Are you on the right network? It is tried again by itself.',
  offline: 'No connection, trying again…',
  waitForFirst: 'As soon as it is there, you can vote here.',
  waitForNext: 'Votes are over for this one. The next game appears here by itself.',
  thanks: 'Thank you for playing!',
  policy_latest: 'You can change your mind.',
  policy_once: 'One vote each: choose well.',
  policy_every: 'Vote as often as you like.',
  counted: 'Your vote counts. Thank you!',
  changed: 'Changed your mind? It counts.',
  stands: 'Your vote stands.',
  onceOnly: 'You have voted for this game already.',
  tooSoon: 'Not so fast: one vote a second.',
  tooFast: 'Not so fast, please. Try again in a moment.',
  late: 'Too late for that one: something else is on now.',
  notIn: 'Your vote was not taken: joining has changed.',
  noReply: 'No answer. Please press again.',
  failed: 'That did not work: {why}',
  // Links that cannot work.
  noToken: 'This page needs a link with a token',
  noTokenHow: 'Ask the host for the link of this screen, or make one: a viewer token, added to this address as #token=…',
  adminToken: 'This link holds the host’s own key',
  adminTokenHow: 'Whoever sees it could run your evening. Make a viewer token and use that instead.',
  noSession: 'There is no such session',
  noSessionHow: 'Perhaps it was deleted. The link ends with the number of a session, or with “active”.',
  otherSession: 'This link is for another session',
  otherSessionHow: 'Its token can watch one session only. Ask the host for a link for this one.',
  // The host's console: the frame.
  console: 'The host’s desk',
  adminKey: 'Admin key',
  keyHow: 'The key was shown when the server started for the first time; it is the file admin-key in the data folder.',
  logIn: 'Log in',
  logOut: 'Log out',
  loginOver: 'The login has run out. Log in again.',
  views: 'Views',
  'view.tonight': 'Tonight',
  'view.games': 'Games',
  'view.evenings': 'Evenings',
  'view.links': 'Links',
  'view.hooks': 'Webhooks',
  'view.figures': 'Figures',
  no: 'No, back',
  close: 'Close',
  save: 'Save',
  show: 'Show',
  remove: 'Remove',
  removeNamed: 'Remove {title}',
  removeSure: 'Remove {title} from this evening? Its votes stay counted.',
  lost: 'The connection was lost before there was an answer. Look whether it was done.',
  copied: 'Copied',
  copyThis: 'Copy this',
  copyLink: 'Copy',
  any: 'Any',
  all: 'All',
  // Tonight.
  notes: 'What is this evening?',
  notesExample: 'Friday at Ann’s',
  start: 'Start the evening',
  session: 'Evening {id}',
  since: 'Session {id}, since {time}',
  endEvening: 'End the evening',
  endEveningSure: 'End the evening? What is being played counts as played, and nobody can vote any more.',
  newEvening: 'Start a new evening',
  nothingPlayed: 'Nothing is being played.',
  nothingYet: 'Nothing yet.',
  playerCount: 'Players',
  countPlayers: 'Count players',
  stopCounting: 'Stop counting',
  finish: 'Finished',
  skip: 'Skip',
  again: 'Again',
  againNamed: 'Play {title} again',
  'check.checking': 'Looking for the room',
  'check.waiting': 'Counting in the lobby',
  'check.started': 'The game has begun',
  'check.finished': 'The game is over',
  'check.failed': 'The room could not be found',
  'check.stopped': 'Not counting',
  'check.manual': 'Set by hand',
  'status.playing': 'Being played',
  'status.played': 'Played',
  'status.skipped': 'Skipped',
  // What comes next.
  next: 'What next?',
  roll: 'Roll',
  play: 'Play it',
  notThis: 'Not this one',
  pool: {one: '{n} game fits', other: '{n} games fit'},
  howMany: 'How many players',
  drawingGames: 'Drawing',
  'drawing.only': 'Only drawing games',
  'drawing.exclude': 'No drawing games',
  howLong: 'Length',
  'length.short': 'Up to 15 minutes',
  'length.medium': '16 to 25 minutes',
  'length.long': 'Longer',
  family: 'Family friendly',
  onlyFresh: 'Not played tonight',
  byHand: 'Or choose a game',
  noSuchGame: 'There is no game of that name that can be played',
  poll: 'The crowd votes',
  candidates: 'Candidates',
  seconds: 'Seconds',
  askThem: 'Let them vote',
  endPoll: 'End now',
  cancelPoll: 'Cancel',
  cancelPollSure: 'Cancel the poll? Its votes are gone.',
  won: '{title} has won',
  wonByDraw: '{title} has won by the draw',
  playWinner: 'Play the winner',
  // Who may vote, and screens.
  people: 'Voters and screens',
  policy: 'Voting by phone',
  'policy.latest': 'One vote each, minds can change',
  'policy.once': 'One vote each, for good',
  'policy.every': 'As often as they like',
  openVoting: 'Open voting by phone',
  closeVoting: 'Close voting',
  newCode: 'New code',
  newCodeSure: 'Make a new code? Everybody has to join again.',
  openScreen: 'Open the screen',
  copyScreen: 'Copy the screen’s link',
  copyOverlay: 'Copy the link for OBS',
  screenToken: 'Screen of evening {id}',
  // Games.
  catalogue: 'Catalogue',
  allPacks: 'All packs',
  search: 'Search',
  pack: 'Pack',
  shown: 'Shown',
  enabled: 'Can be drawn',
  disabled: 'Cannot be drawn',
  gamesShown: {one: '{n} of {all} games', other: '{n} of {all} games'},
  enablePack: 'Enable the pack',
  disablePack: 'Disable the pack',
  'packBias.1': 'Favour the pack',
  'packBias.0': 'Neutral pack',
  'packBias.-1': 'Disfavour the pack',
  'bias.1': 'More often',
  'bias.0': 'As others',
  'bias.-1': 'Less often',
  bias: 'How often',
  biasNamed: 'How often {title} is drawn',
  enabledNamed: '{title} can be drawn',
  game: 'Game',
  'players.short': 'Players',
  plays: 'Plays',
  addGame: 'Add a game',
  title: 'Title',
  min: 'Players, least',
  max: 'Players, most',
  minutes: 'Minutes',
  type: 'Type',
  deleteGameSure: 'Remove this game from the catalogue? Past evenings keep it.',
  exportCSV: 'Export CSV',
  importCSV: 'Import CSV',
  file: 'File',
  mode: 'What to do with it',
  append: 'Add to the catalogue',
  replace: 'Replace the catalogue',
  replaceSure: 'Replace the whole catalogue with this file?',
  // Evenings.
  noEvenings: 'There was no evening yet.',
  gamesPlayed: {one: '{n} game', other: '{n} games'},
  active: 'Going on',
  toDesk: 'To the desk',
  exportTXT: 'As text',
  exportJSON: 'As JSON',
  deleteSessionSure: 'Delete “{name}” with all its votes?',
  noVotes: 'Nobody voted.',
  // Links.
  linksHow: 'A screen’s link can only watch, a bot’s token can vote and read. Neither can run your evening.',
  tokenFor: 'For',
  'role.viewer': 'a screen or overlay',
  'role.bot': 'a chat bot',
  name: 'Name',
  onlySession: 'Only for session (number)',
  days: 'Days',
  makeToken: 'Make it',
  shownOnce: 'This is shown once',
  qrOfScreen: 'QR code of the screen’s link',
  overlay: 'Overlay for OBS',
  token: 'Token',
  noTokens: 'There are no tokens.',
  allSessions: 'all evenings',
  until: 'until {time}',
  revoke: 'Take back',
  revokeNamed: 'Take back {name}',
  revokeSure: 'Take “{name}” back? Whoever uses it is cut off at once.',
  // Webhooks.
  secret: 'Secret',
  events: 'Events',
  addHook: 'Add the webhook',
  noHooks: 'There are no webhooks.',
  enable: 'Enable',
  disable: 'Disable',
  test: 'Test',
  deliveries: 'Deliveries',
  redeliver: 'Deliver again',
  noDeliveries: 'Nothing was delivered yet.',
  deleteHookSure: 'Delete “{name}” and its log?',
  'hook.healthy': 'Healthy',
  'hook.failing': 'Failing',
  'hook.disabled': 'Disabled',
  'delivery.delivered': 'delivered',
  'delivery.pending': 'waiting',
  'delivery.dead': 'set aside',
  'delivery.dropped': 'not wanted any more',
  waiting: {one: '{n} waits', other: '{n} wait'},
  delivered: {one: '{n} delivered', other: '{n} delivered'},
  dead: {one: '{n} set aside', other: '{n} set aside'},
  attempts: {one: 'attempt {n}', other: 'attempt {n}'},
  lastSuccess: 'last one {time}',
  // Figures.
  'count.games': 'Games',
  'count.gamesEnabled': 'Can be drawn',
  'count.packs': 'Packs',
  'count.sessions': 'Evenings',
  'count.totalGamesPlayed': 'Games played',
  'count.totalVotes': 'Votes',
  mostPlayed: 'Most played',
  topRated: 'Best liked',
};

const languages = {en};

/** language is the reader's, when there is a table for it. */
export function language(wanted = globalThis.navigator?.languages ?? []) {
  return wanted.map((w) => w.toLowerCase().split('-')[0]).find((w) => languages[w]) ?? 'en';
}

let current = language();
let plural = new Intl.PluralRules(current);
let integers = new Intl.NumberFormat(current);
let signed = new Intl.NumberFormat(current, {signDisplay: 'exceptZero'});

/** speak sets the language of everything that follows. */
export function speak(name) {
  current = languages[name] ? name : 'en';
  plural = new Intl.PluralRules(current);
  integers = new Intl.NumberFormat(current);
  signed = new Intl.NumberFormat(current, {signDisplay: 'exceptZero'});
  if (globalThis.document) document.documentElement.lang = current;
}

/** t is a message with its values put in. */
export function t(name, values = {}) {
  let message = languages[current][name] ?? en[name];
  if (message === undefined) throw new Error(`no text ${name}`);
  if (typeof message !== 'string') message = message[plural.select(values.n)] ?? message.other;
  return message.replace(/\{(\w+)\}/g, (_, key) => {
    const value = values[key];
    return typeof value === 'number' ? integers.format(value) : String(value ?? '');
  });
}

/** number is 1,234. */
export const number = (n) => integers.format(n);

/** score is +3, 0 or -2. */
export const score = (n) => signed.format(n);

/** clock is 1:05 for 65 seconds. */
export function clock(seconds) {
  const s = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
}
