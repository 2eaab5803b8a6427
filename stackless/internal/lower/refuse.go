package lower

import (
	"fmt"
	"go/token"
)

// A refusal is a construct that is not lowered. It is raised as a panic, so that no code after
// it sees half a function, and is caught where the function began (attempt).
type refusal struct {
	pos  token.Pos
	text string // a sentence that says what to do
}

// refuse gives up the function at hand.
func refuse(pos token.Pos, format string, args ...any) {
	panic(refusal{pos, fmt.Sprintf(format, args...)})
}

// attempt calls fn, and returns the refusal that ended it, if any.
func attempt(fn func()) (refused *refusal) {
	defer func() {
		if v := recover(); v != nil {
			r, ok := v.(refusal)
			if !ok {
				panic(v)
			}
			refused = &r
		}
	}()
	fn()
	return nil
}

// reason is the refusal as users see it.
func (u *unit) reason(r *refusal) Reason {
	return Reason{Pos: u.p.Fset.Position(r.pos), Text: r.text}
}
