package main

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// byteSize is a number of bytes, written as 134217728, 128MiB or 1GiB.
type byteSize int64

var byteUnits = []struct {
	suffix string
	bytes  int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

var errByteSize = errors.New("not a size such as 128MiB")

func parseByteSize(s string) (byteSize, error) {
	unit := int64(1)
	for _, u := range byteUnits {
		if digits, ok := strings.CutSuffix(s, u.suffix); ok {
			s, unit = digits, u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/unit {
		return 0, errByteSize
	}
	return byteSize(n * unit), nil
}

func (b byteSize) String() string {
	for _, u := range byteUnits {
		if b != 0 && int64(b)%u.bytes == 0 {
			return strconv.FormatInt(int64(b)/u.bytes, 10) + u.suffix
		}
	}
	return strconv.FormatInt(int64(b), 10)
}

const oneDay = 24 * time.Hour

// days is a long time, written as 365d or as a duration such as 8760h.
type days time.Duration

var errDays = errors.New("not a time such as 365d")

func parseDays(s string) (days, error) {
	if digits, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || n < 0 || n > math.MaxInt64/int64(oneDay) {
			return 0, errDays
		}
		return days(n) * days(oneDay), nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, errDays
	}
	return days(d), nil
}

// String is the shortest form that parseDays reads.
func (d days) String() string {
	if d == 0 {
		return "for ever"
	}
	if d%days(oneDay) == 0 {
		return strconv.FormatInt(int64(d/days(oneDay)), 10) + "d"
	}
	return time.Duration(d).String()
}
