package check

import (
	"go/token"
	"go/types"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
)

func TestAPanicOfAnAnalyzerIsAnErrorThatNamesThePackage(t *testing.T) {
	a := New(Spec{Name: "odd", Doc: "panics", Run: func(*Pass) { panic("no such node") }})
	pkg := types.NewPackage("example.com/m", "m")
	pkg.SetImports([]*types.Package{types.NewPackage("github.com/edo-go/edo", "edo")})
	pass := &analysis.Pass{
		Analyzer: a, Pkg: pkg, Fset: token.NewFileSet(),
		ResultOf: map[*analysis.Analyzer]any{Reader: &Comments{}},
	}
	_, err := a.Run(pass)
	if err == nil || !strings.Contains(err.Error(), "please report it: odd of package example.com/m: no such node") {
		t.Errorf("got %v", err)
	}
	pkg.SetImports(nil)
	if _, err := a.Run(pass); err != nil {
		t.Errorf("in a package that does not use edo: %v", err)
	}
}

func TestAnAllowanceHasNamesAndAReason(t *testing.T) {
	for text, want := range map[string]struct {
		names  []string
		reason string
		ok     bool
	}{
		"//edo:allow blocking it is short":   {[]string{"blocking"}, "it is short", true},
		"//edo:allow\tblocking  two  spaces": {[]string{"blocking"}, "two  spaces", true},
		"//edo:allow a,b both":               {[]string{"a", "b"}, "both", true},
		"//edo:allow blocking":               {[]string{"blocking"}, "", true},
		"//edo:allow":                        {nil, "", true},
		"//edo:allows blocking x":            {nil, "", false},
		"// edo:allow blocking x":            {nil, "", false},
		"//edo:step F":                       {nil, "", false},
	} {
		names, reason, ok := parse(text)
		if !reflect.DeepEqual(names, want.names) || reason != want.reason || ok != want.ok {
			t.Errorf("%q: got %q, %q, %v", text, names, reason, ok)
		}
	}
}
