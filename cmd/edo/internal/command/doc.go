// Package command is the common part of the commands of edo: it reads their flags, and
// prints what is wrong with them.
//
// Flags are those of package flag, so that -x and --x are the same. It is no
// framework: a command with subcommands reads these itself.
package command
