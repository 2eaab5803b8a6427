package tasktest

// OnACoroutine returns fn, a function that takes a Task. A function that is a value, and not one that
// the text of a spawn names, runs on a coroutine in both builds: it is for tests whose subject is one.
func OnACoroutine[F any](fn F) F { return fn }
