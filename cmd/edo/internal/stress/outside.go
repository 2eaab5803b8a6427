package stress

import "sync"

// outside are goroutines that are no tasks: they call the functions of edo that any
// goroutine may call.
type outside struct {
	work chan func()
	left sync.WaitGroup
}

// start starts n goroutines. With none, do calls its function itself.
func (o *outside) start(n int) {
	if n == 0 {
		return
	}
	o.work = make(chan func(), 256)
	for range n {
		o.left.Go(func() {
			for fn := range o.work {
				fn()
			}
		})
	}
}

// do has one of them call fn, soon. When they are busy, it calls fn itself.
func (o *outside) do(fn func()) {
	select {
	case o.work <- fn:
	default:
		fn()
	}
}

// stop waits until every function has been called.
func (o *outside) stop() {
	if o.work != nil {
		close(o.work)
	}
	o.left.Wait()
}
