package edo

// Shielded calls fn, inside of which the operations of task ignore that the task was
// cancelled, and may wait: for clean-up that must be completed, such as a last
// message to the other side. [Task.Err] is nil inside, and [Task.Context] is one that
// ends with fn. Afterwards the cancellation is seen again. It returns what fn
// returns, and costs one allocation.
//
// fn should not take long: what waits for the task, as Shutdown does, waits for it.
// Scopes opened inside fn cancel as usual. In a function that fn awaits, waits are shielded
// as well, but that function's Err and Context still report the cancellation.
// In the simulator, where a wait that nothing can end is found out, shields give way when
// that happens a second time; and for a [Block], whose runtime does not wait for it, when
// the runtime has ended.
//
//edo:step ShieldedStep
func Shielded(task *Task, fn func(task *Task) error) error {
	t := task.in()
	if err := t.EnterShield(); err != nil {
		return err
	}
	return t.Shield(func() error { return fn(task) })
}
