package api

import (
	"time"
)

// requestTimeout bounds the wait of one request. A commit takes milliseconds; what
// takes longer than this is a disk that hangs.
const RequestTimeout = 15 * time.Second

// readTimeout bounds the reading of a whole request; the largest import takes it on a slow
// line.
const ReadTimeout = 60 * time.Second
