package receiver

import (
	"encoding/base64"
	"fmt"
)

// Secret is the secret of an endpoint, from 1: odd ones in the form of Standard
// Webhooks, even ones as somebody would type it.
func Secret(endpoint int) string {
	key := fmt.Sprintf("the key of endpoint number %d", endpoint)
	if endpoint%2 == 1 {
		return "whsec_" + base64.StdEncoding.EncodeToString([]byte(key))
	}
	return key
}

// Path is where an endpoint listens.
func Path(endpoint int) string { return fmt.Sprintf("/endpoint/%d", endpoint) }
