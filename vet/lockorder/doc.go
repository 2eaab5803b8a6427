// Package lockorder is an analyzer of edo: it reports locks that are locked in opposite orders.
package lockorder

const doc = `report locks that are locked in opposite orders

A task that holds one lock and waits for a second one, and a task that holds the second and waits for the first, wait
for each other for ever. Lock them in the same order everywhere, or unlock the first before.

	func (b *bank) pay(task *edo.Task) error {
		b.accounts.Lock(task)
		defer b.accounts.Unlock()
		b.audit.Lock(task)              // accounts, then audit
		...
	}
	func (b *bank) report(task *edo.Task) error {
		b.audit.Lock(task)
		defer b.audit.Unlock()
		return b.sum(task)              // wrong: sum locks accounts, and audit is held
	}

Mutex and RWMutex of package lock and of package sync count, as fields, variables of the package and local variables. Calls
of functions and methods of the package are followed. Two locks of the same field (of two accounts) have no order
that the source shows, and are not reported; the simulator finds them, and so does a report of an island.`
