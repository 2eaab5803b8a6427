package sched

// Ask makes step, not nil, the answer of the next [Context.TakeAsked].
func (cx *Context) Ask(step any) { cx.asked = step }

// TakeAsked returns what Ask was given since the last call, or nil.
func (cx *Context) TakeAsked() any {
	step := cx.asked
	if step != nil {
		cx.asked = nil
	}
	return step
}
