package blocking

import (
	"go/ast"
	"go/types"

	"github.com/edo-go/edo/vet/internal/held"
)

// heldMutexes reports the waits of a task during which it holds a mutex of package sync.
func (c *checker) heldMutexes(b *ast.BlockStmt, turn string) {
	if turn != direct {
		return
	}
	reported := map[*ast.CallExpr]bool{}
	w := &held.Walker{
		Info:      c.TypesInfo,
		Packages:  []string{"sync"},
		Functions: c.mutexes,
		Visit: func(call *ast.CallExpr, locks []held.Lock) {
			if len(locks) == 0 {
				return
			}
			fn := c.roles.Waits(call)
			if fn == nil {
				return
			}
			for _, l := range locks {
				if s := c.mutexes[fn]; s != nil && s.Unlocks[held.Identity(c.TypesInfo, l.Expr)] {
					continue // perhaps before it waits
				}
				if !reported[l.Call] {
					reported[l.Call] = true
					c.Reportf(call, "the task may wait here, and holds %s, a mutex of package sync: another task that locks it holds up its worker: use lock.Mutex", types.ExprString(l.Expr))
				}
			}
		},
	}
	w.Walk(b)
}
