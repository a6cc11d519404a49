curl -X POST 'https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/greet/invocations' \
  -H 'Content-Type: application/json' \
  -H 'Content-Length: 22' \
  -H 'X-Amz-Date: 20250915T120000Z' \
  -H 'Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20250915/us-east-1/lambda/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=e0946f258765835a289e377b23640e4d07ed4ae68161f1c644d29ba9970c2bb5' \
  --data-binary '{"name":"cat","age":3}'
