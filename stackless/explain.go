package stackless

import (
	"encoding/json"
	"fmt"
	"go/token"
	"io"
	"runtime"
	"slices"

	"github.com/edo-go/edo/stackless/internal/build"
	"github.com/edo-go/edo/stackless/internal/gocmd"
	"github.com/edo-go/edo/stackless/internal/load"
	"github.com/edo-go/edo/stackless/internal/lower"
)

// An Explanation is what edo explain -json prints.
type Explanation struct {
	Packages []ExplainedPackage `json:"packages"`
	Waiting  int                `json:"waiting"` // functions that wait
	Lowered  int                `json:"lowered"` // of these
	Borrows  int                `json:"borrows"` // calls in lowered functions that borrow a coroutine

	MayBorrow int `json:"mayBorrow"` // those that borrow one unless the function value was compiled
}

// An ExplainedPackage is a package that was named, is in the main module or the workspace, and uses edo. The tests of a
// package are an entry of their own. What was named and is no package that can be built is an entry too.
type ExplainedPackage struct {
	Path string `json:"path"`

	// State is "compiled"; "library" for a package with step forms written by hand, "cgo" for one that uses cgo,
	// "broken" for one that cannot be built, "failed" after an error of the compiler itself. All but the first stay
	// as they are.
	State     string              `json:"state"`
	Failure   string              `json:"failure,omitempty"`  // of a package that is broken or failed
	Problems  []ExplainedReason   `json:"problems,omitempty"` // what is an error of the build
	Functions []ExplainedFunction `json:"functions,omitempty"`
}

// An ExplainedFunction takes a Task.
type ExplainedFunction struct {
	Name     string            `json:"name"` // as in stacks: "example.com/m/pkg.(*T).serve.func1"
	Position ExplainedPosition `json:"position"`
	End      ExplainedPosition `json:"end"`
	Result   string            `json:"result"` // "lowered", "refused" or "not waiting"
	Demanded bool              `json:"demanded,omitempty"`

	FrameSize int64             `json:"frameSize,omitempty"` // bytes of a waiting call; 0 if type parameters decide
	Apart     int64             `json:"apart,omitempty"`     // the most bytes that frames of its calls take beside it, while one waits
	Reasons   []ExplainedReason `json:"reasons,omitempty"`   // why it was refused
	Borrows   []ExplainedReason `json:"borrows,omitempty"`   // calls that borrow a coroutine
	MayBorrow []ExplainedReason `json:"mayBorrow,omitempty"` // calls that borrow one unless the function value was compiled
}

// An ExplainedReason is something at a place in the source.
type ExplainedReason struct {
	Position ExplainedPosition `json:"position"`
	Text     string            `json:"text"`
}

// An ExplainedPosition is a place in a file. Lines and columns begin with 1; columns count bytes.
type ExplainedPosition struct {
	File   string `json:"file"` // absolute
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// Explain is edo explain.
func Explain(args []string, out, errs io.Writer) int { return newTool(out, errs).explain(args) }

func (t *tool) explain(args []string) int {
	if helpWanted(args) {
		fmt.Fprint(t.out, explainUsage)
		return statusOK
	}
	s, status := t.session("explain", args)
	if s == nil {
		return status
	}
	e, err := t.explained(s)
	if err != nil {
		t.note("%v", err)
		return statusFailed
	}
	if s.line.Flag("json") {
		encoder := json.NewEncoder(t.out)
		encoder.SetIndent("", "\t")
		if err := encoder.Encode(e); err != nil {
			t.note("%v", err)
			return statusFailed
		}
	} else {
		e.print(t.out)
	}
	for _, p := range e.Packages {
		if p.State == build.Broken || p.State == build.Failed || len(p.Problems) > 0 {
			status = statusFailed
		}
	}
	return status
}

// explained lowers what is to be explained, and describes it.
func (t *tool) explained(s *session) (*Explanation, error) {
	graph, err := s.list(load.Config{Tests: s.line.Flag("test")})
	if err != nil {
		return nil, err
	}
	result, err := s.lower(graph, t.newCompiler)
	if err != nil {
		return nil, err
	}
	s.cache.Trim()
	return explanation(graph, result), nil
}

// session begins a command that does not become the go command. Without one the command ends with the status.
func (t *tool) session(command string, args []string) (s *session, status int) {
	env, err := gocmd.ReadEnv(command, args)
	if err != nil {
		t.note("%v", err)
		return nil, statusFailed
	}
	line := gocmd.Parse(command, args, env.GOFLAGS)
	if line.Plain {
		fmt.Fprintf(t.errs, "%s\nedo %s --help tells more\n", line.Fault, command)
		return nil, statusMisuse
	}
	if reason := env.Unusable(runtime.Version()); reason != "" {
		t.note("%s", reason)
		return nil, statusFailed
	}
	if s, err = newSession(line, env); err != nil {
		t.note("%v", err)
		return nil, statusFailed
	}
	return s, statusOK
}

// explanation describes a result, after the packages that were named and that the go command cannot build.
func explanation(graph *load.Graph, result *build.Result) *Explanation {
	e := &Explanation{Packages: []ExplainedPackage{}}
	for _, p := range graph.Packages {
		if p.Named && p.Failure != "" {
			e.Packages = append(e.Packages, ExplainedPackage{Path: p.Path, State: build.Broken, Failure: p.Failure})
		}
	}
	for _, u := range result.Units {
		if !u.Package.Named {
			continue // lowered because a package that was named imports it
		}
		p := ExplainedPackage{Path: u.Package.Path, State: u.State, Failure: u.Failure, Problems: reasons(u.Problems)}
		for _, f := range u.Functions {
			var borrows, may []lower.Reason
			for _, r := range f.Borrows {
				if r.May {
					may = append(may, r)
				} else {
					borrows = append(borrows, r)
				}
			}
			p.Functions = append(p.Functions, ExplainedFunction{
				Name:      f.Name,
				Position:  place(f.Pos),
				End:       place(f.End),
				Result:    string(f.Kind),
				Demanded:  f.Demanded,
				FrameSize: f.FrameSize,
				Apart:     f.Apart,
				Reasons:   reasons(f.Reasons),
				Borrows:   reasons(borrows),
				MayBorrow: reasons(may),
			})
			switch f.Kind {
			case lower.Lowered:
				e.Lowered++
				e.Waiting++
				e.Borrows += len(borrows)
				e.MayBorrow += len(may)
			case lower.Refused:
				e.Waiting++
			}
		}
		e.Packages = append(e.Packages, p)
	}
	return e
}

func reasons(list []lower.Reason) (explained []ExplainedReason) {
	for _, r := range list {
		explained = append(explained, ExplainedReason{place(r.Pos), r.Text})
	}
	return explained
}

func place(p token.Position) ExplainedPosition {
	return ExplainedPosition{p.Filename, p.Line, p.Column}
}

func (p ExplainedPosition) String() string {
	return position(token.Position{Filename: p.File, Line: p.Line, Column: p.Column})
}

// print writes an explanation as lines that editors understand: file:line:col: text.
func (e *Explanation) print(out io.Writer) {
	for _, p := range e.Packages {
		switch p.State {
		case build.Library:
			fmt.Fprintf(out, "# %s has step forms of its own, and stays as it is\n", p.Path)
		case build.Cgo:
			fmt.Fprintf(out, "# %s uses cgo: its tasks run on coroutines\n", p.Path)
		case build.Broken:
			fmt.Fprintf(out, "# %s cannot be built: %s\n", p.Path, p.Failure)
		case build.Failed:
			fmt.Fprintf(out, "# %s stays on coroutines after an error of edo itself, please report it: %s\n", p.Path, p.Failure)
		}
		for _, r := range p.Problems {
			fmt.Fprintf(out, "%s: %s\n", r.Position, r.Text)
		}
		for _, f := range p.Functions {
			f.print(out)
		}
	}
	may := ""
	if e.MayBorrow > 0 {
		may = fmt.Sprintf(", %d may", e.MayBorrow)
	}
	fmt.Fprintf(out, "%s: %d lowered, %d on coroutines; %s a coroutine%s\n",
		count(e.Waiting, "function waits", "functions wait"), e.Lowered, e.Waiting-e.Lowered, count(e.Borrows, "call borrows", "calls borrow"), may)
}

func (f *ExplainedFunction) print(out io.Writer) {
	switch f.Result {
	case string(lower.Lowered):
		size := count(int(f.FrameSize), "byte", "bytes")
		if f.FrameSize == 0 {
			size = "its size depends on type arguments"
		}
		if f.Apart > 0 {
			size += fmt.Sprintf(", and up to %d more for a call that waits", f.Apart)
		}
		fmt.Fprintf(out, "%s: %s is lowered: %s\n", f.Position, f.Name, size)
		for _, r := range sorted(f.Borrows) {
			fmt.Fprintf(out, "%s: %s borrows a coroutine: %s\n", r.Position, f.Name, r.Text)
		}
		for _, r := range sorted(f.MayBorrow) {
			fmt.Fprintf(out, "%s: %s may borrow a coroutine: %s\n", r.Position, f.Name, r.Text)
		}
	case string(lower.Refused):
		fmt.Fprintf(out, "%s: %s stays on a coroutine\n", f.Position, f.Name)
		for _, r := range sorted(f.Reasons) {
			fmt.Fprintf(out, "%s: %s: %s\n", r.Position, f.Name, r.Text)
		}
	}
}

// sorted is a list in the order of the text.
func sorted(list []ExplainedReason) []ExplainedReason {
	return slices.SortedStableFunc(slices.Values(list), func(a, b ExplainedReason) int {
		if a.Position.Line != b.Position.Line {
			return a.Position.Line - b.Position.Line
		}
		return a.Position.Column - b.Position.Column
	})
}

// count is a number with its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
