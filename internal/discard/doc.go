// Package discard drops values that nothing will use any more: a message in a queue
// whose receiver has gone, a result that no task takes.
//
// A value that is a dropper (it has a method Drop) is dropped, and nothing else: it drops
// its own parts. In a slice, and in a slice of slices, the elements are dropped. In a
// struct, a pointer to a struct, an array, and in slices of these, the handles with one
// owner are dropped: pointers to a struct that embeds [OneOwner], as *oneshot.Sender. The
// program that gave the value away has given them away too, and a request whose reply can
// never be sent must not keep its sender waiting.
//
//	type request struct {
//		question string
//		reply    *oneshot.Sender[string] // dropped with the request
//		conn     *socket.Conn            // not dropped: a message may borrow it
//	}
//
// Other things in a struct are left alone, and so is everything that pointers and maps in
// it lead to: a message may borrow a connection, or point to shared data. Behind a pointer
// to a struct, which other goroutines may have too, only fields whose own type is that of a
// handle are dropped: interfaces and slices in it are not read.
//
// # Cost
//
// A type is examined once. A value of a type that holds nothing to drop costs one lookup in
// a map, and allocates nothing.
package discard
