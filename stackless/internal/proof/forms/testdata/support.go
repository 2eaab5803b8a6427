package forms

import (
	"github.com/edo-go/edo"
)

// S has methods that wait, and methods that do not.
type S struct {
	a int
	b [2]int
	p *S
}

func (s S) val(task *edo.Task, x int) int   { edo.Yield(task); return s.a + x }
func (s *S) ptr(task *edo.Task, x int) int  { s.a += x; edo.Yield(task); return s.a }
func (s S) plain(x, y int) int              { return s.a*100 + x*10 + y }
func (s *S) bump() int                      { s.a++; return s.a }
func (s *S) self() *S                       { return s }
func two(task *edo.Task) (int, int)         { edo.Yield(task); return 1, 2 }
func set(task *edo.Task, p *int, v int) int { *p = v; edo.Yield(task); return v }
func sets(task *edo.Task, p *string) string { *p = "new"; edo.Yield(task); return "r" }
func setS(task *edo.Task, p *S) S           { p.a = 50; edo.Yield(task); return *p }

func set0(p *int) int { *p += 5; return *p }
