// Package reduce makes a failing program small: it drops statements and functions, takes the
// bodies of statements for the statements, and operands for expressions, as long as the
// program still fails.
//
// # Model
//
// [Reduce] works in rounds. [Candidates] are all programs that one edit makes of the
// current one and that type-check. The caller says which of some candidates still fail: it
// builds them together, as a build costs more than a program. The smallest that fails is
// the next current one. When none fails, the program is as small as the edits can make it.
package reduce
