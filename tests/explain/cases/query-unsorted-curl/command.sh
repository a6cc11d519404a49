curl -X GET 'https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod/pets?type=cat&limit=5&age=3' \
  -H 'X-Amz-Date: 20250915T120000Z' \
  -H 'Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20250915/us-east-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=ac3aa193ad6117bb925a91a9e43cc8112f3e2f8c6eae4be70ba45b795544d919'
