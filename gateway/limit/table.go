package limit

// Exempt requests.
const (
	loopback        = "loopback"
	loopbackProxies = "loopback, trusted proxies"
	host            = "admins"
)

// What happens above a limit.
const (
	answer429   = "429 with `Retry-After`"
	answer503   = "503"
	closed      = "the connection is closed"
	oldest4009  = "the oldest is closed with 4009"
	socket4009  = "the WebSocket is closed with 4009"
	largest4008 = "the WebSocket with the most is closed with 4008"
	waits       = "waits"
)

// Limits of a phone. Its WebSocket messages are below; its reads count on its address.
var (
	DeviceRequests = Limit{Name: "phone", Key: PerDevice, PerSecond: 2, Seconds: 2.5, Answer: answer429,
		What: "votes of one phone, and joining again with it", Why: "A person changes a vote a few times; a script votes endlessly"}
	GuestVotes = Limit{Name: "guest votes", Key: PerAddress, PerSecond: 200, Seconds: 5, Flag: "--guest-rate", Exempt: loopback, Answer: answer429,
		What: "votes of all phones behind one address", Why: "A hall of a thousand people votes at once"}
	NewGuestDevices = Limit{Name: "new guests", Key: PerAddress, PerSecond: 1, Seconds: 60, Flag: "--join-rate", Exempt: loopback, Answer: answer429,
		What: "phones that the session has not seen before", Why: "Limits people who discard their device to vote again; a party of 60 can join at once"}
	DeviceSocketsOpen = Limit{Name: "phone WebSockets", Key: PerDevice, Most: 4, Answer: oldest4009,
		What: "open WebSockets of one phone", Why: "A tab or two, and lost connections that the server has not detected yet"}
	WrongCodes = Limit{Name: "wrong codes", Key: PerAddress, PerSecond: 30.0 / 60, Seconds: 60, Answer: answer429,
		What: "wrong join codes without the secret of a QR code", Why: "A whole party with its typos shares one address"}
	WrongCodesOfSite = Limit{Name: "wrong codes of a site", Key: PerSite, PerSecond: 1, Seconds: 300, Exempt: "IPv4; codes that were right from there before", Answer: answer429,
		What: "the same, of an IPv6 /48", Why: "Many phones share one in the networks of mobile carriers"}
	WrongCodesTogether = Limit{Name: "wrong codes, all", Key: Together, PerSecond: 5, Seconds: 80, Exempt: "codes that were right from there before, and the first attempt of a site", Answer: answer429,
		What: "the same, of all addresses", Why: "A hall makes a few typos a minute; five hours of guessing at this rate find one of 64 million codes with a probability of 1 in 700"}
)

// Limits of a WebSocket, by the role of its token.
var (
	AnonymousMessages = Limit{Name: "messages without a token", Key: PerSocket, PerSecond: 5, Seconds: 4, Answer: answer429,
		What: "messages of one WebSocket", Why: "The client only has to authenticate"}
	GuestMessages = Limit{Name: "guest messages", Key: PerSocket, PerSecond: 10, Seconds: 10, Most: 8, Answer: answer429,
		What: "messages of one WebSocket, and its requests in progress", Why: "A guest is one person"}
	ViewerMessages = Limit{Name: "viewer messages", Key: PerSocket, PerSecond: 200, Seconds: 2, Most: 64, Answer: answer429,
		What: "the same", Why: "A screen sends requests when it starts and then only receives"}
	ProgramMessages = Limit{Name: "bot and admin messages", Key: PerSocket, PerSecond: 100_000, Seconds: 0.2, Most: 1024, Answer: answer429,
		What: "the same", Why: "A bot sends the votes of a whole chat and waits for responses; this stops one that does not wait"}
	Violations = Limit{Name: "refused messages", Key: PerSocket, PerSecond: 10, Seconds: 100, Answer: socket4009,
		What: "messages above those limits", Why: "Each refusal costs a response too"}
	SocketWorkers = Limit{Name: "WebSocket requests", Key: PerSocket, Most: 8, Answer: waits,
		What: "concurrent requests of one WebSocket, except votes", Why: "Reads are short; more would give one client more of the machine"}
	NewSockets = Limit{Name: "new WebSockets", Key: PerAddress, PerSecond: 20, Seconds: 25, Flag: "--connect-rate", Exempt: loopback, Answer: answer429,
		What: "new WebSockets", Why: "All clients behind one address reconnect at once after a restart"}
	UnreadOfAddress = Limit{Name: "unread bytes", Key: PerSite, Most: 32 << 20, Exempt: loopbackProxies, Answer: largest4008,
		What: "unread bytes of WebSockets", Why: "A thousand phones get 20 KB each at once, plus a reserve of a half"}
	UnreadTogether = Limit{Name: "unread bytes, all", Key: Together, Most: 256 << 20, Answer: largest4008,
		What: "the same", Why: "Sixteen thousand screens reconnect at once; with garbage it is half a gigabyte"}
)

// Limits of requests, REST and WebSocket together. Each costs at least one token, see Cost.
var (
	TokenRequests = Limit{Name: "token requests", Key: PerToken, PerSecond: 10_000, Seconds: 2, Flag: "--token-rate", Exempt: loopback, Answer: answer429,
		What: "operations and subscriptions with a bot's token, or with all admin tokens together", Why: "More than any chat needs; votes collected during a network failure are sent at once"}
	ViewerRequests = Limit{Name: "viewer requests", Key: PerTokenAtSite, PerSecond: 50, Seconds: 100, Flag: "--viewer-rate", Exempt: loopback, Answer: answer429,
		What: "operations and subscriptions with a viewer's token", Why: "The token is in a link that an audience may share; a hundred screens reconnect at once with four requests each, of which the latest votes cost ten"}
	AddressRequests = Limit{Name: "address requests", Key: PerAddress, PerSecond: 500, Seconds: 4, Flag: "--address-rate", Exempt: loopback + ", guests' votes by WebSocket", Answer: answer429,
		What: "operations and subscriptions without a token, with a guest's (a vote by REST, too) or an invalid one, and QR codes of join links", Why: "Anyone can create many guests; a hall of phones scans a code at once and sends a few requests each"}
	AddressPages = Limit{Name: "pages", Key: PerAddress, PerSecond: 500, Seconds: 20, Flag: "--address-rate", Exempt: loopback, Answer: answer429 + "; `/health` and `/ready` only wait 200 ms",
		What: "pages and their files, API descriptions, and unknown paths", Why: "Five hundred phones load fifteen files each, and a page does not work if one of them is refused"}
	MetricsRequests = Limit{Name: "metrics", Key: PerAddress, PerSecond: 2, Seconds: 10, Exempt: loopback + ", the address of `--metrics-addr`", Answer: answer429,
		What: "requests for `/metrics`", Why: "Each takes a millisecond, and a collector sends one every few seconds"}
	WrongAdminKeys = Limit{Name: "wrong admin keys", Key: PerAddress, PerSecond: 10.0 / 60, Seconds: 60, Exempt: "the right key if it has 23 bytes or more", Answer: answer429,
		What: "failed logins", Why: "A key of twelve characters cannot be guessed at ten attempts a minute, nor by the ten more of the first minute"}
)

// Limits of connections and of commands in progress.
var (
	OpenConnections = Limit{Name: "connections", Key: Together, Most: 19_000, Answer: closed,
		What: "HTTP connections and WebSockets", Why: "A process with 20,000 open files reserves a thousand for the journal and outgoing connections"}
	AddressConnections = Limit{Name: "connections of an address", Key: PerAddress, Most: 1000, Flag: "--max-connections-per-address", Exempt: loopbackProxies, Answer: closed,
		What: "HTTP connections", Why: "Twice what a venue behind one address needs when all guests reconnect, and a twentieth of all, so that one address cannot take them"}
	AddressSockets = Limit{Name: "WebSockets of an address", Key: PerAddress, Most: 1000, Flag: "--max-connections-per-address", Exempt: loopbackProxies, Answer: answer429,
		What: "WebSockets", Why: "As for connections"}
	TLSHandshakes = Limit{Name: "TLS handshakes", Key: PerAddress, PerSecond: 80, Seconds: 6, Flag: "--connect-rate", Exempt: loopbackProxies, Answer: closed,
		What: "TLS handshakes, four for each new WebSocket", Why: "Each costs the server a signature and the client nothing; sixty phones open eight connections each"}
	InFlight = Limit{Name: "in flight", Key: Together, Most: 16_384, Flag: "--max-in-flight", Answer: answer503,
		What: "commands and queries in progress; of sixteen parts bots and screens get at most eleven, phones eleven, requests without a token and guests' reads two, and one is reserved for the host", Why: "At 100,000 votes a second it is a sixth of a second of work and some 20 MiB"}
)

// Table returns all limits, in the order of docs/operations.md.
func Table() []*Limit {
	return []*Limit{
		&DeviceRequests, &GuestVotes, &NewGuestDevices, &DeviceSocketsOpen, &WrongCodes, &WrongCodesOfSite, &WrongCodesTogether,
		&AnonymousMessages, &GuestMessages, &ViewerMessages, &ProgramMessages, &Violations, &SocketWorkers, &NewSockets, &UnreadOfAddress, &UnreadTogether,
		&TokenRequests, &ViewerRequests, &AddressRequests, &AddressPages, &MetricsRequests, &WrongAdminKeys,
		&OpenConnections, &AddressConnections, &AddressSockets, &TLSHandshakes, &InFlight,
	}
}
