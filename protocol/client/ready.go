package client

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// readyPollInterval is how often WaitReady asks, and so the precision of its result.
const readyPollInterval = 2 * time.Millisecond

// WaitReady asks a server's /ready until it answers 200 or ctx ends, and returns how long that
// took. base is that of New.
func WaitReady(ctx context.Context, base string) (time.Duration, error) {
	c := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	began := time.Now()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/ready", nil)
		if err != nil {
			return 0, err
		}
		if res, err := c.Do(req); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return time.Since(began), nil
			}
		}
		if err := sleep(ctx, readyPollInterval); err != nil {
			return 0, fmt.Errorf("%s is not ready after %v: %w", base, time.Since(began).Round(time.Millisecond), err)
		}
	}
}
