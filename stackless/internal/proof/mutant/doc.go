// Package mutant has faults that are put into edo's compiler on purpose, to see that the proof
// finds them: a proof that misses one would miss the same fault made by accident.
//
// A fault is a change of a few words of package lower or flow, in a copy of the repository. It
// is caught if the programs of package forms, or some random ones, are built differently or
// not at all. The changed text must be there: who changes the compiler changes the list too.
package mutant
