// Package ecast observes the rooms of the games: how many players there are, whether the game
// has begun, whether it is over. It is a client of the service that hosts Jackbox rooms
// ("ecast"), as the games' own players use it.
//
// A room is looked up by REST. Then an observer, who takes no player's seat, listens to the
// room by WebSocket; where observers are refused, REST is polled. Players are the seats that
// were ever taken: the service never frees one.
//
// The service is not trusted, and it names the hosts that are called next. So everything has a
// deadline and a limit, redirects are not followed, and addresses that are not public are
// refused at the moment of dialling, except for the host that the base URL names.
//
// The package decides nothing about a session: it reports what it observes, and returns when
// it can observe no more. It logs nothing and stores nothing; the secret of a connection is in
// no error.
package ecast
