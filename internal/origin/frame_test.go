package origin

import "testing"

func TestTheNameOfAFrameIsThatOfItsFunction(t *testing.T) {
	for symbol, want := range map[string]string{
		"main.serve":                                         "main.serve",
		"main.(*serve_edoFrame).Poll":                        "main.serve",
		"main.(*serve_func1_edoFrame).Poll":                  "main.serve.func1",
		"example.com/a.b/x.(*main_func12_3_1_edoFrame).Poll": "example.com/a.b/x.main.func12.3.1",
		"main.(*conn_Read_edoFrame).Poll":                    "main.conn_Read",
		"main.(*each_func2_edoFrame[...]).Poll":              "main.each.func2[...]",
		"main.(*serve_edoFrame).defer1":                      "main.serve",
		"main.(*serve_edoFrame).Poll.func1":                  "main.serve.func1",
		"main.(*serve_edoFrame).FunctionName":                "main.(*serve_edoFrame).FunctionName",
	} {
		if got := SourceName(symbol); got != want {
			t.Errorf("SourceName(%q) = %q, want %q", symbol, got, want)
		}
	}
}
