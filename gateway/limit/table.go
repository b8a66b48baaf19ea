package limit

// Who is not counted.
const (
	loopback        = "loopback"
	loopbackProxies = "loopback, trusted proxies"
	host            = "admins"
)

// What whoever is over a limit gets.
const (
	answer429   = "429 with `Retry-After`"
	answer503   = "503"
	closed      = "the connection is closed unanswered"
	oldest4009  = "the oldest is closed with 4009"
	socket4009  = "the socket is closed with 4009"
	largest4008 = "the socket with the most is closed with 4008"
	waits       = "waits"
)

// What a phone may do. Its messages by WebSocket are in the next table, and what it reads
// counts on its address like everything that strangers ask.
var (
	DeviceRequests = Limit{Name: "phone", Key: PerDevice, PerSecond: 2, Seconds: 2.5, Answer: answer429,
		What: "votes of one phone, and joining again with it", Why: "A person changes their mind a few times; a script presses without end"}
	GuestVotes = Limit{Name: "guest votes", Key: PerAddress, PerSecond: 200, Seconds: 5, Flag: "--guest-rate", Exempt: loopback, Answer: answer429,
		What: "votes of all phones behind one address", Why: "A hall of a thousand votes at once when it is told to"}
	NewGuestDevices = Limit{Name: "new guests", Key: PerAddress, PerSecond: 1, Seconds: 60, Flag: "--join-rate", Exempt: loopback, Answer: answer429,
		What: "phones that their session has not seen before", Why: "Each has a vote of its own, so this bounds who throws a device away to vote again; a whole party of 60 may come in at once"}
	DeviceSocketsOpen = Limit{Name: "phone sockets", Key: PerDevice, Most: 4, Answer: oldest4009,
		What: "open WebSockets of one phone", Why: "A tab or two, and those that a bad network has lost and the server has not missed yet"}
	WrongCodes = Limit{Name: "wrong codes", Key: PerAddress, PerSecond: 30.0 / 60, Seconds: 60, Answer: answer429,
		What: "join codes that open nothing, when they come without the secret of a QR code", Why: "A whole party with clumsy thumbs stands behind one address"}
	WrongCodesOfSite = Limit{Name: "wrong codes of a site", Key: PerSite, PerSecond: 1, Seconds: 300, Answer: answer429,
		What: "the same, of an IPv6 network of 48 bits", Why: "Many phones of a hall share one in the networks of mobile carriers"}
	WrongCodesTogether = Limit{Name: "wrong codes, all", Key: Together, PerSecond: 5, Seconds: 80, Exempt: "codes that were good from there before, and the first try of a site", Answer: answer429,
		What: "the same, of all addresses", Why: "A hall types a few a minute; whoever uses this up for five hours finds one of 64 million codes with a chance of 1 in 700"}
)

// What a WebSocket may send, by the role of its token.
var (
	AnonymousMessages = Limit{Name: "messages without a token", Key: PerSocket, PerSecond: 5, Seconds: 4, Answer: answer429,
		What: "messages of one WebSocket", Why: "It only has to authenticate"}
	GuestMessages = Limit{Name: "guest messages", Key: PerSocket, PerSecond: 10, Seconds: 10, Most: 8, Answer: answer429,
		What: "messages of one WebSocket, and its requests that are not answered", Why: "A guest is one person with one thumb"}
	ViewerMessages = Limit{Name: "viewer messages", Key: PerSocket, PerSecond: 200, Seconds: 2, Most: 64, Answer: answer429,
		What: "the same", Why: "A screen asks when it starts and then listens"}
	ProgramMessages = Limit{Name: "bot and admin messages", Key: PerSocket, PerSecond: 100_000, Seconds: 0.2, Most: 1024, Answer: answer429,
		What: "the same", Why: "A bot carries the votes of a whole chat and waits for its answers; this is against one that waits for none"}
	Violations = Limit{Name: "refused messages", Key: PerSocket, PerSecond: 10, Seconds: 100, Answer: socket4009,
		What: "messages over those limits", Why: "Each refusal costs an answer too"}
	SocketWorkers = Limit{Name: "socket requests", Key: PerSocket, Most: 8, Answer: waits,
		What: "requests of one WebSocket that are served at the same time, votes aside", Why: "Reads are short; more would let one client take more of the machine"}
	NewSockets = Limit{Name: "new sockets", Key: PerAddress, PerSecond: 20, Seconds: 25, Flag: "--connect-rate", Exempt: loopback, Answer: answer429,
		What: "WebSockets that are opened", Why: "Everybody behind one address comes back at once after a restart"}
	UnreadOfAddress = Limit{Name: "unread bytes", Key: PerSite, Most: 32 << 20, Exempt: loopbackProxies, Answer: largest4008,
		What: "bytes sent to WebSockets that have not been read", Why: "A hall of a thousand phones is sent 20 KB each in one moment, and half as much again"}
	UnreadTogether = Limit{Name: "unread bytes, all", Key: Together, Most: 256 << 20, Answer: largest4008,
		What: "the same", Why: "Sixteen thousand screens come back at once; with the collector's share it is half a gigabyte"}
)

// What requests cost, by REST and WebSocket together: at least one token each, see Cost.
var (
	TokenRequests = Limit{Name: "token requests", Key: PerToken, PerSecond: 10_000, Seconds: 2, Flag: "--token-rate", Exempt: loopback, Answer: answer429,
		What: "operations and subscriptions with a bot's token, or with admin tokens, which are one", Why: "No chat brings as much; what a bot has gathered without a network goes out in one go"}
	ViewerRequests = Limit{Name: "viewer requests", Key: PerTokenAtSite, PerSecond: 50, Seconds: 100, Flag: "--viewer-rate", Exempt: loopback, Answer: answer429,
		What: "operations and subscriptions with a viewer's token", Why: "The token stands in a link that an audience can have; a hundred screens come back at once and ask for four things each, of which the latest votes cost ten tokens"}
	AddressRequests = Limit{Name: "address requests", Key: PerAddress, PerSecond: 500, Seconds: 4, Flag: "--address-rate", Exempt: loopback + ", guests' votes by WebSocket", Answer: answer429,
		What: "operations and subscriptions without a token, with a guest's or with one that is refused, and QR codes of join links", Why: "There are as many guests as somebody wants; a hall of phones scans one code in the same moment and asks for a handful of things"}
	AddressPages = Limit{Name: "pages", Key: PerAddress, PerSecond: 500, Seconds: 20, Flag: "--address-rate", Exempt: loopback, Answer: answer429 + "; `/health` and `/ready` only wait 200 ms",
		What: "pages and their parts, descriptions, and what leads nowhere", Why: "Five hundred phones load fifteen files each, and a browser that is refused one of them shows nothing"}
	MetricsRequests = Limit{Name: "metrics", Key: PerAddress, PerSecond: 2, Seconds: 10, Exempt: loopback + ", the address of `--metrics-addr`", Answer: answer429,
		What: "readings of `/metrics`", Why: "Collecting takes a millisecond, and a scraper comes once in some seconds"}
	HistoryReaders = Limit{Name: "history readers", Key: Together, Most: 1, Exempt: host, Answer: "waits 5 s, then 503",
		What: "readings of the vote history at a time; bots have half of the turns, screens and strangers a quarter each", Why: "A page of it can take a core for seconds, and the hub has two readers, of which the host always has one"}
	HistoryWaiting = Limit{Name: "history queue", Key: PerTokenAtSite, Most: 128, Exempt: host, Answer: answer429,
		What: "readings of the vote history that wait", Why: "A hundred screens of one token start together"}
	WrongAdminKeys = Limit{Name: "wrong admin keys", Key: PerAddress, PerSecond: 10.0 / 60, Seconds: 60, Exempt: "the right key when it has 23 bytes or more", Answer: answer429,
		What: "logins that fail", Why: "A key of twelve characters is out of reach at ten guesses a minute"}
)

// What may be open, and what the hub takes in.
var (
	OpenConnections = Limit{Name: "connections", Key: Together, Most: 19_000, Answer: closed,
		What: "HTTP connections and WebSockets", Why: "A process that may open 20,000 files keeps a thousand for the journal and for connections out"}
	AddressConnections = Limit{Name: "connections of an address", Key: PerAddress, Most: 1000, Flag: "--max-connections-per-address", Exempt: loopbackProxies, Answer: closed,
		What: "HTTP connections", Why: "Twice what a venue needs whose guests come back at once behind one address, and a twentieth of all: one stranger cannot take them"}
	AddressSockets = Limit{Name: "sockets of an address", Key: PerAddress, Most: 1000, Flag: "--max-connections-per-address", Exempt: loopbackProxies, Answer: answer429,
		What: "WebSockets", Why: "As for connections"}
	TLSHandshakes = Limit{Name: "TLS handshakes", Key: PerAddress, PerSecond: 80, Seconds: 6, Flag: "--connect-rate", Exempt: loopbackProxies, Answer: closed,
		What: "TLS handshakes that begin, four for each new socket", Why: "Each costs the server a signature and the client nothing; sixty phones open eight connections each"}
	InFlight = Limit{Name: "in flight", Key: Together, Most: 16_384, Flag: "--max-in-flight", Answer: answer503,
		What: "commands and queries in the hub; of sixteen parts bots and screens have eleven at most, phones eleven, strangers' reads two, and one is the host's alone", Why: "At 100,000 votes a second it is the work of a sixth of a second and some 20 MiB"}
)

// Table is all limits, in the order in which docs/operations.md shows them.
func Table() []*Limit {
	return []*Limit{
		&DeviceRequests, &GuestVotes, &NewGuestDevices, &DeviceSocketsOpen, &WrongCodes, &WrongCodesOfSite, &WrongCodesTogether,
		&AnonymousMessages, &GuestMessages, &ViewerMessages, &ProgramMessages, &Violations, &SocketWorkers, &NewSockets, &UnreadOfAddress, &UnreadTogether,
		&TokenRequests, &ViewerRequests, &AddressRequests, &AddressPages, &MetricsRequests, &HistoryReaders, &HistoryWaiting, &WrongAdminKeys,
		&OpenConnections, &AddressConnections, &AddressSockets, &TLSHandshakes, &InFlight,
	}
}
