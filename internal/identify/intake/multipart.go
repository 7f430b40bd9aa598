package intake

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
)

// multipartEntry reads the text fields of a form with attachments, as a web
// form or a mail provider's inbound webhook sends it. Files are left to the
// caller.
func multipartEntry(req Request) ([]*fields, error) {
	_, params, err := mime.ParseMediaType(req.ContentType)
	if err != nil || params["boundary"] == "" {
		return nil, unreadable("a multipart form needs its boundary in Content-Type")
	}
	if !bytes.Contains(req.Body, []byte("--"+params["boundary"]+"--")) {
		return nil, unreadable("the multipart form was cut short: its last boundary is missing")
	}
	texts := map[string]string{}
	form := multipart.NewReader(bytes.NewReader(req.Body), params["boundary"])
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return []*fields{textFields(texts)}, nil
		}
		if err != nil {
			return nil, unreadable("the multipart form could not be decoded: %v", err)
		}
		if part.FileName() != "" || part.FormName() == "" {
			continue
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return nil, unreadable("the multipart form could not be decoded: %v", err)
		}
		if _, ok := texts[part.FormName()]; !ok {
			texts[part.FormName()] = string(text)
		}
	}
}
