package attack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"partyline/loadtest/report"
	"partyline/loadtest/target"
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
	Alone     report.Summary `json:"votes_alone"`
	Under     report.Summary `json:"votes_under_attack"`
	HostAlone report.Summary `json:"host_page_alone"`
	HostUnder report.Summary `json:"host_page_under_attack"`
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
	o.complete()
	chosen, err := choose(addressAttacks, func(a addressAttack) string { return a.name }, o.Only)
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
	t, err := open(ctx, target.Options{Binary: o.Binary, Output: o.Output, Flags: []string{"--trusted-proxy", "127.0.0.1"}, Wrap: a.wrap()})
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
		if err := t.serveTLS(ctx); err != nil {
			return row, fmt.Errorf("TLS: %w", err)
		}
	}
	t.watchHonest(ctx, warmUp)
	before := t.watchHonest(ctx, alone)
	row.Attack, row.Alone, row.HostAlone = a.name, before.votes.Summary(), before.pages.Summary()
	u, err := target.Measure(t.server.Pid())
	if err != nil {
		return row, err
	}
	row.Before = report.MiB(u.RSS)
	return row, a.carryOut(ctx, t, &row)
}

// admit lets guests into the attackers' session, and a bot of the honest.
func (t *victim) admit(ctx context.Context) error {
	join, err := t.admin.OpenJoin(ctx, t.Session, protocol.PolicyLatest)
	if err != nil {
		return err
	}
	t.Code = *join.Code
	bot, err := t.admin.IssueToken(ctx, protocol.RoleBot, "honest", 0)
	t.bot = bot.Secret
	return err
}

// carryOut attacks while the honest go on.
func (a addressAttack) carryOut(ctx context.Context, t *victim, row *AddressRow) error {
	orders := t.order
	orders.Attack, orders.Lasts = a.name, a.lasts
	var (
		won  result
		err  error
		seen *honest
	)
	inParallel(ctx, 2, func(ctx context.Context, index int) {
		if index == 0 {
			won, err = orders.send(ctx, 10)
			return
		}
		pause(ctx, lead)
		seen = t.watchHonest(ctx, a.lasts-2*lead)
	})
	row.Under, row.HostUnder, row.Refused, row.Highest = seen.votes.Summary(), seen.pages.Summary(), seen.refused.met, report.MiB(seen.highest)
	row.Met = won.Met
	return err
}

// Write prints the table for people, in Markdown.
func (r *AddressReport) Write(w io.Writer) error {
	p := report.NewPrinter(w)
	p.Line("| attack | votes alone p50 / p99 | under attack | p99 × | host's page p99, alone → under | attackers met | honest refused | RSS MiB before → most |")
	p.Line("|---|---|---|---|---|---|---|---|")
	for _, row := range r.Rows {
		p.Line("| %s | %.1f / %.1f ms | %.1f / %.1f ms | %.1f | %.1f → %.1f ms | %s | %s | %.0f → %.0f |", row.Attack,
			row.Alone.P50, row.Alone.P99, row.Under.P50, row.Under.P99, report.Ratio(row.Under.P99, row.Alone.P99),
			row.HostAlone.P99, row.HostUnder.P99, report.Counts(row.Met), report.Counts(row.Refused), row.Before, row.Highest)
	}
	return p.Err()
}
