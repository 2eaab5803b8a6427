// Package figures writes numbers for people, and keeps distributions of durations. It is
// what the commands that measure have in common.
package figures
