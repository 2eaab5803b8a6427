// Package command is what the commands of edo have in common: how they read their
// flags, and how they say what is wrong with them.
//
// Flags are those of package flag, so that -x and --x are the same. It is no
// framework: a command with commands of its own looks at its arguments itself.
package command
