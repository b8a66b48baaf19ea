// Package ecast looks into the rooms of the games: how many players are there, has the
// game begun, is it over. It is a client of the service that Jackbox rooms live on
// ("ecast"), as the games' own players use it.
//
// A room is looked up by REST. Then an observer, who takes no seat, listens to it by
// WebSocket; where observers are not let in, REST is asked again and again. Players are
// the seats that were ever taken: the service never gives one back.
//
// The service is a stranger, and it names the hosts that are called next. So everything
// has a deadline and a limit, nothing is redirected, and addresses that are not public
// are refused at the moment of dialling, but for the host that the base URL names.
//
// The package decides nothing about a session: it tells what it sees, and returns when
// it can see nothing more. It logs nothing and keeps nothing; the secret of a seat is in
// no error.
package ecast
