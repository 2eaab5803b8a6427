package lock

import "github.com/edo-go/edo"

type Mutex struct{ p int }

//edo:step LockStep
func (m *Mutex) Lock(task *edo.Task) error { return nil }
func (m *Mutex) Unlock()                   {}
func (m *Mutex) TryLock() bool             { return true }
func (m *Mutex) Guard() *Guard             { return nil }

type RWMutex struct{ p int }

//edo:step LockStep
func (m *RWMutex) Lock(task *edo.Task) error { return nil }

//edo:step RLockStep
func (m *RWMutex) RLock(task *edo.Task) error { return nil }
func (m *RWMutex) Unlock()                    {}
func (m *RWMutex) RUnlock()                   {}

type Guard struct{ p *int }

func (g *Guard) Unlock() {}
func (g *Guard) Drop()   {}

type Semaphore struct{ p int }

type Notify struct{ p int }
