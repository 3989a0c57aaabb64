/** A page without scripts; `message` is ours and holds nothing that anybody sent. */
export const logInPage = (message = ''): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Aisle codec server</title>
<h1>Aisle codec server</h1>
<p>${message}</p>
<form method="post" action="/log-in">
  <label>Token <input type="password" name="token" autocomplete="current-password" required></label>
  <button>Log in</button>
</form>
</html>
`;
