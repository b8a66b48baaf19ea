package main

import (
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// helpWidth keeps help readable on a wide terminal and the same everywhere.
const helpWidth = 100

// The parser stops at the first mistake. What stands here makes it tell all of
// them: values that cannot be read are collected and passed over, and unknown
// flags are taken out before it sees them.

// variable is the environment's name of a flag, empty for flags that are none of
// the settings.
func variable(flag *kong.Value) string {
	if !flag.Tag.Has("setting") {
		return ""
	}
	return "PARTYLINE_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
}

// variables fills the settings that no flag gives from the environment.
func variables(getenv func(string) string) kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		name := variable(flag.Value)
		if name == "" || getenv(name) == "" {
			return nil, nil
		}
		return getenv(name), nil
	})
}

// withVariable is a setting's help with the name of its variable.
func withVariable(v *kong.Value) string {
	name := variable(v)
	if name == "" {
		return v.Help
	}
	return v.Help + " $" + name
}

// printHelp shows the settings also to whoever names no command.
func printHelp(o kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(o, ctx); err != nil || ctx.Selected() != nil {
		return err
	}
	serve, err := kong.Trace(ctx.Kong, []string{"serve"})
	if err != nil {
		return err
	}
	fmt.Fprintln(ctx.Stdout)
	return kong.DefaultHelpPrinter(o, serve)
}

// collecting has all values read that are no plain text; those that cannot be
// read become problems.
func collecting(p *problems) kong.Option {
	return kong.OptionFunc(func(k *kong.Kong) error {
		for _, o := range []kong.Option{
			reading(p, "a whole number", strconv.Atoi),
			reading(p, "a number such as 0.5", func(s string) (float64, error) { return strconv.ParseFloat(s, 64) }),
			reading(p, "a duration such as 10s", time.ParseDuration),
			reading(p, "a size such as 128MiB", parseByteSize),
			reading(p, "a network such as 10.0.0.0/8", parsePrefix),
		} {
			if err := o.Apply(k); err != nil {
				return err
			}
		}
		return nil
	})
}

func reading[T any](p *problems, want string, parse func(string) (T, error)) kong.Option {
	return kong.TypeMapper(reflect.TypeFor[T](), kong.MapperFunc(func(ctx *kong.DecodeContext, target reflect.Value) error {
		var text string
		if err := ctx.Scan.PopValueInto(want, &text); err != nil {
			return err
		}
		v, err := parse(text)
		if err != nil {
			p.unless(false, "--%s: %q is not %s", ctx.Value.Name, text, want)
			v, _ = parse(ctx.Value.Default) // so that nobody complains of it again
		}
		target.Set(reflect.ValueOf(v))
		return nil
	}))
}

// parsePrefix reads a network, or an address as the network of that one address.
func parsePrefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Prefix(a.BitLen())
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, fmt.Errorf("network: %w", err)
	}
	return p.Masked(), nil
}

// splitUnknown takes the flags out of args that the command does not have. What
// follows such a flag and is no flag itself counts as its value.
func splitUnknown(app *kong.Application, args []string) (known, unknown []string) {
	flags := flagsOf(app, args)
	for i := 0; i < len(args); i++ {
		name, _, valued := strings.Cut(args[i], "=")
		takesValue, ok := flags[name]
		switch {
		case args[i] == "--":
			return append(known, args[i:]...), unknown
		case !strings.HasPrefix(args[i], "-") || args[i] == "-":
			known = append(known, args[i])
		case !ok:
			unknown = append(unknown, name)
			if !valued && i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
				i++
			}
		default:
			known = append(known, args[i])
			if takesValue && !valued && i+1 < len(args) {
				i++
				known = append(known, args[i])
			}
		}
	}
	return known, unknown
}

// flagsOf are the flags, with their dashes, of the command that args select, and
// whether each takes a value.
func flagsOf(app *kong.Application, args []string) map[string]bool {
	node := app.Node.DefaultCmd
	if len(args) > 0 {
		for _, child := range app.Children {
			if child.Name == args[0] {
				node = child
			}
		}
	}
	flags := map[string]bool{"-h": false}
	for _, group := range node.AllFlags(false) {
		for _, f := range group {
			flags["--"+f.Name] = !f.IsBool()
		}
	}
	return flags
}
