package limit

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Key is what a limit counts on.
type Key string

// What limits count on. An address is an IPv4 address or an IPv6 network of 64 bits; a
// site is an IPv4 address or an IPv6 network of 48 bits.
const (
	PerAddress     Key = "address"
	PerSite        Key = "site"
	PerToken       Key = "token"
	PerTokenAtSite Key = "token and site"
	PerDevice      Key = "device"
	PerSocket      Key = "WebSocket"
	PerSession     Key = "session"
	Together       Key = "all together"
)

// Limit is a row of the table. It has a rate, or a number of what may be there at a time,
// or both.
type Limit struct {
	// Name is how logs, docs and code call the limit.
	Name string
	// What is limited.
	What string
	Key  Key
	// PerSecond is what passes in the long run, and Seconds of it pass at once: whoever
	// changes the rate changes the burst with it.
	PerSecond, Seconds float64
	// Most is how many, or how many bytes, may be open, waiting or held at a time.
	Most int64
	// Flag is the setting that changes PerSecond or Most, empty for a fixed limit.
	Flag string
	// Exempt is who is not counted, empty for nobody.
	Exempt string
	// Answer is what whoever is over the limit gets.
	Answer string
	// Why the limit is there, and why the number is what it is.
	Why string
}

// burst is how many tokens a bucket of the limit holds, at least one, when its rate is
// perSecond.
func (l *Limit) burst(perSecond float64) float64 {
	return max(1, math.Round(perSecond*l.Seconds))
}

// rate is how the buckets of the limit fill; perSecond replaces the row's own rate when it
// is more than 0.
func (l *Limit) rate(perSecond float64) bucketRate {
	if perSecond <= 0 {
		perSecond = l.PerSecond
	}
	return bucketRate{perSecond: perSecond, burst: l.burst(perSecond), maxDebt: perSecond * debtSeconds}
}

// Markdown is the table as docs/operations.md shows it.
func Markdown() string {
	var b strings.Builder
	b.WriteString("| Limit | What | Counts on | How much | Exempt | Above it |\n|---|---|---|---|---|---|\n")
	for _, l := range Table() {
		name := l.Name
		if l.Flag != "" {
			name += " (`" + l.Flag + "`)"
		}
		exempt := l.Exempt
		if exempt == "" {
			exempt = "none"
		}
		fmt.Fprintf(&b, "| %s | %s. %s | %s | %s | %s | %s |\n", name, l.What, l.Why, l.Key, l.amount(), exempt, l.Answer)
	}
	return b.String()
}

// amount is the row's rate, burst and number in words.
func (l *Limit) amount() string {
	var parts []string
	switch {
	case l.PerSecond >= 1:
		parts = append(parts, number(l.PerSecond)+" a second", number(l.burst(l.PerSecond))+" at once")
	case l.PerSecond > 0:
		parts = append(parts, number(math.Round(l.PerSecond*60))+" a minute", number(l.burst(l.PerSecond))+" at once")
	}
	switch {
	case l.Most >= 1<<20:
		parts = append(parts, strconv.FormatInt(l.Most>>20, 10)+" MiB")
	case l.Most > 0:
		parts = append(parts, number(float64(l.Most))+" at a time")
	}
	return strings.Join(parts, ", ")
}

// number writes a whole number with a comma for each thousand.
func number(n float64) string {
	s := strconv.FormatFloat(n, 'f', -1, 64)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
