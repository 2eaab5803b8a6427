package lockorder

import (
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
)

type bank struct {
	accounts lock.Mutex
	audit    lock.Mutex
	names    lock.RWMutex
	plain    sync.Mutex
	other    sync.Mutex
	log      lock.Mutex
	shards   []lock.Mutex
}

func (b *bank) pay(task *edo.Task) error {
	if err := b.accounts.Lock(task); err != nil {
		return err
	}
	defer b.accounts.Unlock()
	if err := b.audit.Lock(task); err != nil {
		return err
	}
	defer b.audit.Unlock()
	return nil
}

func (b *bank) sum(task *edo.Task) error {
	if err := b.accounts.Lock(task); err != nil {
		return err
	}
	defer b.accounts.Unlock()
	return nil
}

func (b *bank) report(task *edo.Task) error {
	if err := b.audit.Lock(task); err != nil {
		return err
	}
	defer b.audit.Unlock()
	return b.sum(task) // want `this calls sum, which locks accounts, and holds audit; line 25 locks them in the opposite order`
}

func (b *bank) mixed(task *edo.Task) {
	b.plain.Lock()
	b.other.Lock()
	b.other.Unlock()
	b.plain.Unlock()

	b.other.Lock()
	b.plain.Lock() // want `this locks plain and holds other; line \d+ locks them in the opposite order`
	b.plain.Unlock()
	b.other.Unlock()
}

func local(task *edo.Task) {
	var left, right lock.Mutex
	edo.Go(task, func(task *edo.Task) error {
		left.Lock(task)
		right.Lock(task)
		return nil
	})
	edo.Go(task, func(task *edo.Task) error {
		right.Lock(task)
		left.Lock(task) // want `this locks left and holds right`
		return nil
	})
}

func (b *bank) right(task *edo.Task, early bool) {
	// One after the other is no order.
	b.log.Lock(task)
	b.log.Unlock()
	b.accounts.Lock(task)
	b.accounts.Unlock()
	b.log.Lock(task)
	if early {
		b.log.Unlock()
		b.accounts.Lock(task)
		b.accounts.Unlock()
		return
	}
	b.log.Unlock()

	// Both for reading.
	b.names.RLock(task)
	b.log.TryLock()
	b.names.RUnlock()

	// Elements have no name, and two fields of one name no order.
	b.shards[0].Lock(task)
	b.shards[1].Lock(task)
	b.shards[1].Unlock()
	b.shards[0].Unlock()
}

func transfer(task *edo.Task, from, to *bank) {
	from.accounts.Lock(task)
	to.accounts.Lock(task)
}

// guarded gives the lock away.
func (b *bank) guarded(task *edo.Task) *lock.Guard {
	b.log.Lock(task)
	g := b.log.Guard()
	b.names.Lock(task)
	b.names.Unlock()
	return g
}

func (b *bank) ordered(task *edo.Task) {
	b.names.Lock(task)
	b.log.Lock(task)
	b.log.Unlock()
	b.names.Unlock()
}

// swap gives back what its caller holds.
func (b *bank) swap(task *edo.Task) {
	b.audit.Unlock()
	b.log.Lock(task)
	b.log.Unlock()
	b.audit.Lock(task)
}

func (b *bank) swaps(task *edo.Task) {
	b.audit.Lock(task)
	b.swap(task)
	b.audit.Unlock()
	b.log.Lock(task)
	b.audit.Lock(task)
	b.audit.Unlock()
	b.log.Unlock()
}
