package cancelled

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/edo-go/edo/vet/internal/api"
	"github.com/edo-go/edo/vet/internal/body"
	"github.com/edo-go/edo/vet/internal/check"
	"github.com/edo-go/edo/vet/internal/roles"
)

// Analyzer reports loops that go on after ErrCancelled.
var Analyzer = check.New(check.Spec{
	Name:     "cancelled",
	Doc:      doc,
	Requires: []*analysis.Analyzer{roles.Analyzer},
	Run: func(pass *check.Pass) {
		c := &checker{pass, pass.ResultOf[roles.Analyzer].(*roles.Roles)}
		for _, file := range pass.Files {
			body.Functions(file, func(decl *ast.FuncDecl, lit *ast.FuncLit, b *ast.BlockStmt) {
				c.function(decl, lit, b)
			})
		}
	},
})

type checker struct {
	*check.Pass
	roles *roles.Roles
}

// function looks at the endless loops of a function.
func (c *checker) function(decl *ast.FuncDecl, lit *ast.FuncLit, b *ast.BlockStmt) {
	var sig *types.Signature
	if lit != nil {
		sig = api.Signature(c.TypesInfo.TypeOf(lit))
	} else if fn, ok := c.TypesInfo.Defs[decl.Name].(*types.Func); ok {
		sig = fn.Signature()
	}
	if sig == nil {
		return
	}
	ast.Inspect(b, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ForStmt:
			if n.Cond == nil && !c.knows(n) {
				c.loop(n, sig)
			}
		}
		return true
	})
}

// knows reports whether a loop has something to do with cancellation: it asks a Task or a context for its error, or
// names ErrCancelled, ErrShutdown, Canceled or a Done.
func (c *checker) knows(loop *ast.ForStmt) (found bool) {
	ast.Inspect(loop, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			switch n.Name {
			case "ErrCancelled", "ErrShutdown", "ErrClosed", "Canceled", "Cancelled", "Done", "Err", "Is", "As", "AsType":
				found = true
			}
		}
		return !found
	})
	return found
}

// A way is a statement that leaves a loop.
type way struct{ pos token.Pos }

// ways returns the statements that leave a loop, or may.
func (c *checker) ways(loop *ast.ForStmt) (all []way) {
	depth := 0 // of loops and switches inside, which a break leaves
	var walk func(n ast.Node) bool
	walk = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			all = append(all, way{n.Pos()})
		case *ast.BranchStmt:
			if n.Tok == token.GOTO || n.Label != nil || n.Tok == token.BREAK && depth == 0 {
				all = append(all, way{n.Pos()})
			}
		case *ast.CallExpr:
			if body.Ends(c.TypesInfo, n) {
				all = append(all, way{n.Pos()})
			}
		case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			depth++
			ast.Inspect(n, func(m ast.Node) bool { return m == n || walk(m) })
			depth--
			return false
		}
		return true
	}
	ast.Inspect(loop.Body, walk)
	return all
}

func (c *checker) loop(loop *ast.ForStmt, sig *types.Signature) {
	ways := c.ways(loop)
	if len(ways) == 0 {
		if call, fn := c.firstWait(loop.Body); call != nil {
			c.Reportf(span{loop.For, loop.Body.Lbrace}, "the loop never ends, also when the task is asked to: return when %s returns an error that is edo.ErrCancelled", api.ShortName(fn))
		}
		return
	}
	var last *ast.AssignStmt // the statement before
	for _, s := range loop.Body.List {
		if ways[0].pos < s.Pos() {
			return // there is a way out before
		}
		if s, ok := s.(*ast.IfStmt); ok {
			if init, ok := s.Init.(*ast.AssignStmt); ok {
				last = init
			}
			if fn := c.failing(last, s.Cond); fn != nil {
				c.retries(s, last, fn, ways, sig)
				return
			}
		}
		last, _ = s.(*ast.AssignStmt)
		if call, _ := c.firstWait(s); call != nil && last == nil {
			return // it is no longer the first wait
		}
	}
}

// failing returns the function that an assignment calls, if that waits, and cond is that its error is set.
func (c *checker) failing(s *ast.AssignStmt, cond ast.Expr) *types.Func {
	if s == nil || len(s.Rhs) != 1 {
		return nil
	}
	err, ok := api.IsNilError(c.TypesInfo, cond, "!=")
	if !ok || api.Variable(c.TypesInfo, s.Lhs[len(s.Lhs)-1]) != err {
		return nil
	}
	call, ok := ast.Unparen(s.Rhs[0]).(*ast.CallExpr)
	if !ok {
		return nil
	}
	return c.roles.Waits(call)
}

// retries reports an error that leads into the next turn.
func (c *checker) retries(s *ast.IfStmt, from *ast.AssignStmt, fn *types.Func, ways []way, sig *types.Signature) {
	list := s.Body.List
	if len(list) == 0 {
		return
	}
	next, ok := list[len(list)-1].(*ast.BranchStmt)
	if !ok || next.Tok != token.CONTINUE || next.Label != nil || ways[0].pos < s.Body.End() {
		return
	}
	d := analysis.Diagnostic{
		Pos: next.Pos(), End: next.End(),
		Message: "the loop goes on when " + api.ShortName(fn) + " returns edo.ErrCancelled, and spins: return when task.Err() is not nil",
	}
	call := ast.Unparen(from.Rhs[0]).(*ast.CallExpr)
	task, ok := ast.Unparen(api.TaskOf(c.TypesInfo, call)).(*ast.Ident)
	value := ""
	if ok {
		value = task.Name + ".Err()"
	}
	switch {
	case !ok:
	case sig.Results().Len() == 0:
		d.SuggestedFixes = fix(list[0].Pos(), "if "+value+" != nil {\nreturn\n}\n")
	case sig.Results().Len() == 1 && api.LastError(sig):
		d.SuggestedFixes = fix(list[0].Pos(), "if "+value+" != nil {\nreturn "+value+"\n}\n")
	}
	c.Report(d)
}

func fix(at token.Pos, text string) []analysis.SuggestedFix {
	return []analysis.SuggestedFix{{
		Message:   "return when the task was cancelled",
		TextEdits: []analysis.TextEdit{{Pos: at, End: at, NewText: []byte(text)}},
	}}
}

// firstWait returns the first call below a node that suspends the task.
func (c *checker) firstWait(n ast.Node) (first *ast.CallExpr, fn *types.Func) {
	body.Walk(n, nil, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && first == nil {
			if f := c.roles.Waits(call); f != nil {
				first, fn = call, f
			}
		}
		return first == nil
	})
	return first, fn
}

type span struct{ from, to token.Pos }

func (s span) Pos() token.Pos { return s.from }
func (s span) End() token.Pos { return s.to }
