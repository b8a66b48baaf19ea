package siege

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"partyline/loadtest/latency"
	"partyline/loadtest/process"
	"partyline/protocol"
)

const (
	// alone is how long the honest are measured before an attack.
	alone = 4 * time.Second
	// warmUp goes before that: a server that is cold would be slow at first.
	warmUp = time.Second
)

// AddressRow is what one attack from an address came to.
type AddressRow struct {
	Attack string `json:"attack"`
	// Alone and Under are the honest bot's votes before and during the attack, HostAlone
	// and HostUnder the host's page of ten votes.
	Alone     latency.Summary `json:"votes_alone"`
	Under     latency.Summary `json:"votes_under_attack"`
	HostAlone latency.Summary `json:"host_page_alone"`
	HostUnder latency.Summary `json:"host_page_under_attack"`
	// Refused is what the honest were told that was no 200, Met what the attackers were told.
	Refused map[string]int `json:"honest_refused"`
	Met     map[string]int `json:"attackers_met"`
	// Before and Highest are the server's resident memory in MiB.
	Before  float64 `json:"rss_mib_before"`
	Highest float64 `json:"rss_mib_highest"`
}

// AddressReport is what all attacks from addresses came to.
type AddressReport struct {
	Rows []AddressRow `json:"rows"`
}

// RunAddresses attacks a new server with each attack that somebody with an address can
// make, and measures what a bot and a host have before and during it. Addresses are
// X-Forwarded-For of a proxy that the server trusts.
func RunAddresses(ctx context.Context, o Options) (*AddressReport, error) {
	chosen, err := o.chosenAddressAttacks()
	if err != nil {
		return nil, err
	}
	r := &AddressReport{}
	for _, a := range chosen {
		o.Progress(fmt.Sprintf("%s, %v", a.name, a.lasts))
		row, err := a.measure(ctx, o)
		if err != nil {
			return r, fmt.Errorf("%s: %w", a.name, err)
		}
		r.Rows = append(r.Rows, row)
	}
	return r, nil
}

// measure makes one attack on a server of its own.
func (a addressAttack) measure(ctx context.Context, o Options) (row AddressRow, err error) {
	o.flags, o.wrap = []string{"--trusted-proxy", "127.0.0.1"}, a.wrap()
	t, err := open(ctx, o)
	if err != nil {
		return row, err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	if err := t.admit(ctx); err != nil {
		return row, err
	}
	if a.prepare != nil {
		if err := a.prepare(ctx, t); err != nil {
			return row, fmt.Errorf("prepare: %w", err)
		}
	}
	if a.https {
		if err := t.serveTLS(ctx, o); err != nil {
			return row, fmt.Errorf("TLS: %w", err)
		}
	}
	t.watchHonest(ctx, warmUp)
	before := t.watchHonest(ctx, alone)
	row.Attack, row.Alone, row.HostAlone = a.name, before.votes.Summary(), before.pages.Summary()
	u, err := process.Measure(t.server.Pid())
	if err != nil {
		return row, err
	}
	row.Before = mebibytes(u.RSS)
	return row, a.carryOut(ctx, t, o, &row)
}

// admit lets guests into the attackers' session, and a bot of the honest.
func (t *target) admit(ctx context.Context) error {
	join, err := t.admin.OpenJoin(ctx, t.Session, protocol.PolicyLatest)
	if err != nil {
		return err
	}
	t.Code = *join.Code
	bot, err := t.admin.IssueToken(ctx, protocol.RoleBot, "honest")
	t.bot = bot.Secret
	return err
}

// carryOut attacks while the honest go on.
func (a addressAttack) carryOut(ctx context.Context, t *target, o Options, row *AddressRow) error {
	orders := t.order
	orders.Attack, orders.Lasts = a.name, a.lasts
	var (
		won  spoils
		err  error
		seen *honest
	)
	crew(ctx, 2, func(ctx context.Context, index int) {
		if index == 0 {
			won, err = orders.send(ctx, o.Attackers)
			return
		}
		drip(ctx, lead)
		seen = t.watchHonest(ctx, a.lasts-2*lead)
	})
	row.Under, row.HostUnder, row.Refused, row.Highest = seen.votes.Summary(), seen.pages.Summary(), seen.refused.met, mebibytes(seen.highest)
	row.Met = won.Met
	return err
}

func mebibytes(n int64) float64 { return float64(n) / (1 << 20) }

// Write prints the table for people, in Markdown.
func (r *AddressReport) Write(w io.Writer) error {
	p := &printer{w: w}
	p.line("| attack | votes alone p50 / p99 | under attack | p99 × | host's page p99, alone → under | attackers met | honest refused | RSS MiB before → most |")
	p.line("|---|---|---|---|---|---|---|---|")
	for _, row := range r.Rows {
		p.line("| %s | %.1f / %.1f ms | %.1f / %.1f ms | %.1f | %.1f → %.1f ms | %s | %s | %.0f → %.0f |", row.Attack,
			row.Alone.P50, row.Alone.P99, row.Under.P50, row.Under.P99, row.Under.P99/row.Alone.P99,
			row.HostAlone.P99, row.HostUnder.P99, counts(row.Met), counts(row.Refused), row.Before, row.Highest)
	}
	return p.err
}

// counts is a line such as "12 × 200, 3 × 429".
func counts(met map[string]int) string {
	var all []string
	for _, kind := range slices.Sorted(maps.Keys(met)) {
		all = append(all, fmt.Sprintf("%d × %s", met[kind], kind))
	}
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, ", ")
}

// chosenAddressAttacks are those that Only names.
func (o *Options) chosenAddressAttacks() ([]addressAttack, error) {
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if len(o.Only) == 0 {
		return addressAttacks, nil
	}
	var some []addressAttack
	for _, name := range o.Only {
		a, err := findAddressAttack(name)
		if err != nil {
			return nil, err
		}
		some = append(some, a)
	}
	return some, nil
}
