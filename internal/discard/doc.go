// Package discard drops values that nothing will use any more: a message in a queue
// whose receiver has gone, a result that no task takes.
//
// A value that is a dropper (it has a method Drop) is dropped, and that is all: what is
// in it is its own affair. In a slice, and in a slice of slices, the elements are. In a
// struct, a pointer to a struct, an array, and in slices of these, the handles with one
// owner are: a pointer whose type has a method OneOwner, as *oneshot.Sender has. Whoever
// gave the value away has given them away too, and a request whose answer nothing can
// send any more must not keep its asker waiting.
//
//	type request struct {
//		question string
//		reply    *oneshot.Sender[string] // dropped with the request
//		conn     *socket.Conn            // not: a message may borrow it
//	}
//
// Other things in a struct are left alone, and so is what pointers and maps in it lead
// to: a message may borrow a connection, or point to what others use. Behind a pointer to
// a struct, which others may have too, only fields count whose own type is that of a
// handle: interfaces and slices in it are not read.
//
// # Cost
//
// What to look for in a type is found out once. A value of a type that holds none costs
// a look into a map, and allocates nothing.
package discard
