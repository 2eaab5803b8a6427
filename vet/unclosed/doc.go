// Package unclosed is an analyzer of edo: it reports senders, permits and connections that no path closes.
package unclosed

const doc = `report senders, permits and connections that no path closes

A receiver learns of the end when every sender is closed, and a semaphore of a permit when that is released. What a
function has made, and neither closes, nor returns, keeps, or hands to another function or a task (edo.Owns), stays
open until the garbage collector finds it, which closes it and reports it.

	tx, rx := mpsc.New[int](8)
	for i := range 4 {
		tx := tx.Clone()
		edo.Go(task, func(task *edo.Task) error { ... }, edo.Owns(tx))
	}
	tx.Close() // without it: wrong, the loop never ends
	for v, err := range stream.All(task, rx) { ... }

	conn, err := socket.Dial(task, "tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close() // without it: wrong; it is the fix
	n, err := conn.Read(task, buf)

Senders of mpsc, mpmc, broadcast and oneshot are looked at, permits of channels, connections and listeners of package
socket. One use that the analyzer does not know keeps it silent. It does not look at tests.`
