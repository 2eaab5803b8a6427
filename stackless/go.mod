module github.com/edo-go/edo/stackless

go 1.26
