package receiver

import (
	"flag"
	"fmt"
)

// Flags are the plan as arguments, which Bind reads.
func (p *Plan) Flags() []string {
	return []string{
		fmt.Sprintf("-seed=%d", p.Seed), fmt.Sprintf("-illness=%g", p.Illness), fmt.Sprintf("-hangs=%t", p.Hangs),
		fmt.Sprintf("-poisoned=%d", p.Poisoned), fmt.Sprintf("-hang-from=%d", p.HangFrom), fmt.Sprintf("-bare=%t", p.Bare),
	}
}

// Bind reads the plan from flags.
func (p *Plan) Bind(f *flag.FlagSet) {
	f.Uint64Var(&p.Seed, "seed", 1, "seed of the illnesses")
	f.Float64Var(&p.Illness, "illness", 0, "chance that a delivery meets the beginning of an illness")
	f.BoolVar(&p.Hangs, "hangs", false, "hanging is among the illnesses")
	f.IntVar(&p.Poisoned, "poisoned", 0, "so many endpoints refuse one message for ever")
	f.IntVar(&p.HangFrom, "hang-from", 0, "endpoints from this one on hang always, 0 for none")
	f.BoolVar(&p.Bare, "bare", false, "keep no journal, only a tally")
}
