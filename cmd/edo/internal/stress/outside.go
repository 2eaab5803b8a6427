package stress

import "sync"

// outside are goroutines that are no tasks: much of edo may be called from there.
type outside struct {
	work chan func()
	left sync.WaitGroup
}

// start starts n goroutines. Without any, everything is called here and now.
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

// do has fn called there, soon; or here and now, when they have too much to do.
func (o *outside) do(fn func()) {
	select {
	case o.work <- fn:
	default:
		fn()
	}
}

// stop waits until everything has been called.
func (o *outside) stop() {
	if o.work != nil {
		close(o.work)
	}
	o.left.Wait()
}
