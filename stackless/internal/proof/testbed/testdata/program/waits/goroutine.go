package waits

import "runtime/debug"

// PanicOnFault changes the goroutine, and returns how it was before.
func PanicOnFault(on bool) (was bool) { return debug.SetPanicOnFault(on) }
