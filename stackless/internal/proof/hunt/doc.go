// Package hunt looks for programs that the compiler of edo gets wrong: it generates random
// programs, compares their builds, and reduces those that differ. The build with coroutines is
// the reference.
package hunt
