// Package cancel has cancellation tokens. A [Token] is cancelled once: that aborts the tasks
// that are bound to it ([By]), ends the waits for it ([Token.Cancelled], [Until]), and cancels
// the tokens below it. Tokens form a tree: a cancellation goes down, and never up.
//
//	token := cancel.New()
//	edo.Go(task, serve, cancel.By(token))
//	edo.Go(task, flush, cancel.By(token.Child()))
//	token.Cancel() // serve and flush are aborted
//
// When not to use it: tasks that end together belong to a scope (package scope), and a
// single task is aborted by its handle.
package cancel
