package gateway

import (
	"regexp"
	"strings"

	"github.com/rs/zerolog"
)

// serverLog takes the log lines of net/http. Clients' addresses are removed; a TLS
// handshake that failed is logged at debug level, because scanners and browsers that do
// not know the certificate cause as many as they like.
type serverLog struct{ log zerolog.Logger }

// hostPort is an address as net/http writes it, with its port.
var hostPort = regexp.MustCompile(`(\[[0-9a-fA-F:.]+(%[^\]]*)?\]|\d+\.\d+\.\d+\.\d+):\d+`)

func (l serverLog) Write(line []byte) (int, error) {
	level := zerolog.WarnLevel
	if strings.HasPrefix(string(line), "http: TLS handshake error") {
		level = zerolog.DebugLevel
	}
	l.log.WithLevel(level).Msg(hostPort.ReplaceAllString(strings.TrimSpace(string(line)), "(address)"))
	return len(line), nil
}
