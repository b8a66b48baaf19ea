package receiver_test

import (
	"strconv"
	"time"

	"partyline/loadtest/oracle/webhook"
)

type delivered = webhook.Request

func itoa(n int) string { return strconv.Itoa(n) }

func seconds(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
