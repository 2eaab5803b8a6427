// Package lower compiles functions in direct style to frames.
//
// A function that takes a *edo.Task is straight-line code: it waits where it calls something
// that waits. Lowered, it is a struct with a method Poll, which runs until it would wait, says
// so, and goes on from there when it is called again. What lives across a wait is a field, the
// rest stays a local variable of Poll.
//
// # The way of a function
//
//  1. Every call is classified (calls.go): it does not wait, waits and has a step form, is one
//     of a function with a frame, spawns a function, or must borrow a coroutine.
//  2. The body becomes a list of operations (statements.go, loops.go, switches.go, hoist.go).
//     Statements without a wait are one operation each, and keep their text. A statement with a
//     wait is taken apart: the calls before the wait become operations of their own, in order.
//  3. The variables are placed (variables.go, place.go): what is live at a wait is a field.
//  4. The text of the frame is written (emit.go) and appended to the file. The original stays,
//     for callers that are not lowered. Calls that spawn a function with a frame are replaced in
//     place (spawn.go).
//
// # The order of evaluation
//
// The gc compiler calls in the order of the text, and reads variables after the calls of a
// statement. So calls are hoisted, and operands are left where they are. Some operands gc copies
// at their place, such as a large value that is converted to an interface. They are hoisted
// too, or refused if a call could change them.
//
// # Refusals
//
// Each switch over the syntax names what it knows. Whatever it does not know is refused: then
// the function stays as it is, and calls of it borrow a coroutine.
package lower
