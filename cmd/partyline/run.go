package main

import (
	"context"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// commandLine is the grammar: one field for each subcommand.
type commandLine struct {
	Serve   serveCommand   `cmd:"" default:"withargs" help:"Serve game nights (the default)."`
	Demo    demoCommand    `cmd:"" help:"Play a game night by itself, in a temporary folder."`
	Verify  verifyCommand  `cmd:"" help:"Check every record of a stopped data folder, and the index of its votes."`
	Reindex reindexCommand `cmd:"" help:"Drop the index of the votes of a stopped data folder; the next start builds it again."`
	Stats   statsCommand   `cmd:"" help:"Tell what takes how much of a stopped data folder."`
	Backup  backupCommand  `cmd:"" help:"Save everything a hub stores, also while it serves."`
	Restore restoreCommand `cmd:"" help:"Fill an empty data folder from a backup."`
	Token   tokenCommand   `cmd:"" help:"Create a token for a bot or an overlay."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// terminal is what a command writes to: out is for results, err for logs.
type terminal struct {
	out, err io.Writer
}

// usageError is an invalid command line or settings: all problems at once.
type usageError struct {
	problems []string
}

func (e *usageError) Error() string {
	return strings.Join(e.problems, "\npartyline: ") + "\nSee partyline --help."
}

// run is the program without its process: it returns when the command is done or ctx is. A
// *usageError means that nothing was tried.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	var grammar commandLine
	selected, err := parse(&grammar, args, getenv, stdout, stderr)
	if selected == nil || err != nil {
		return err
	}
	selected.BindTo(ctx, (*context.Context)(nil))
	return selected.Run(&terminal{out: stdout, err: stderr})
}

// parse fills the grammar. It returns nil without an error when help was printed.
func parse(grammar *commandLine, args []string, getenv func(string) string, stdout, stderr io.Writer) (*kong.Context, error) {
	var wrong problems
	helped := false
	parser, err := kong.New(grammar,
		kong.Name("partyline"),
		kong.Description("A hub for game nights: votes in, screens out. Every setting is a flag or a PARTYLINE_ variable; the flag wins."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { helped = true }),
		kong.Resolvers(envResolver(getenv)),
		kong.ValueFormatter(helpWithEnv),
		kong.Help(printHelp),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: helpWidth}),
		collectErrors(&wrong),
	)
	if err != nil {
		return nil, err
	}
	known, unknown := splitUnknown(parser.Model, args)
	for _, flag := range unknown {
		wrong.require(false, "unknown flag %s", flag)
	}
	selected, err := parser.Parse(known)
	switch {
	case helped:
		return nil, nil
	case err != nil:
		wrong.require(false, "%v", err)
	default:
		wrong = append(wrong, checkSelected(selected)...)
	}
	if len(wrong) > 0 {
		return nil, &usageError{wrong}
	}
	return selected, nil
}

// checkSelected returns the problems of the selected command.
func checkSelected(selected *kong.Context) []string {
	c, ok := selected.Selected().Target.Addr().Interface().(interface{ check() []string })
	if !ok {
		return nil
	}
	return c.check()
}
