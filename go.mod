module github.com/edo-go/edo

go 1.26
