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

// The parser stops at the first mistake. These functions make it report all of them:
// values that cannot be parsed are collected and replaced by defaults, and unknown flags
// are removed before it sees them.

// envName is the environment variable of a flag, empty for flags that are not settings.
func envName(flag *kong.Value) string {
	if !flag.Tag.Has("setting") {
		return ""
	}
	return "PARTYLINE_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
}

// envResolver reads the settings that no flag gives from the environment.
func envResolver(getenv func(string) string) kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		name := envName(flag.Value)
		if name == "" || getenv(name) == "" {
			return nil, nil
		}
		return getenv(name), nil
	})
}

// helpWithEnv is a setting's help with the name of its variable.
func helpWithEnv(v *kong.Value) string {
	name := envName(v)
	if name == "" {
		return v.Help
	}
	return v.Help + " $" + name
}

// printHelp also shows the settings when no command is named.
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

// collectErrors replaces the parser's mappers of values that are not plain text: values that
// cannot be parsed become problems.
func collectErrors(p *problems) kong.Option {
	return kong.OptionFunc(func(k *kong.Kong) error {
		for _, o := range []kong.Option{
			mapper(p, "a whole number", strconv.Atoi),
			mapper(p, "a number such as 0.5", func(s string) (float64, error) { return strconv.ParseFloat(s, 64) }),
			mapper(p, "a duration such as 10s", time.ParseDuration),
			mapper(p, "a size such as 128MiB", parseByteSize),
			mapper(p, "a time such as 365d", parseDays),
			mapper(p, "a network such as 10.0.0.0/8", parsePrefix),
		} {
			if err := o.Apply(k); err != nil {
				return err
			}
		}
		return nil
	})
}

func mapper[T any](p *problems, want string, parse func(string) (T, error)) kong.Option {
	return kong.TypeMapper(reflect.TypeFor[T](), kong.MapperFunc(func(ctx *kong.DecodeContext, target reflect.Value) error {
		var text string
		if err := ctx.Scan.PopValueInto(want, &text); err != nil {
			return err
		}
		v, err := parse(text)
		if err != nil {
			p.require(false, "--%s: %q is not %s", ctx.Value.Name, text, want)
			v, _ = parse(ctx.Value.Default) // so that check does not report it again
		}
		target.Set(reflect.ValueOf(v))
		return nil
	}))
}

// parsePrefix parses a network, or an address as the network of that one address.
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

// splitUnknown separates the flags that the command does not have from args. An argument
// behind such a flag that is not a flag itself counts as its value.
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

// flagsOf returns the flags, with their dashes, of the command that args select, and whether
// each takes a value.
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
