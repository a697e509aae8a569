import { Catch, type ExceptionFilter } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';

/**
 * Hands the transport what the handler threw, as it was thrown. Nest's own filter turns it into `Internal server error`, and
 * whether a failure is worth another try is then beyond knowing.
 */
@Catch()
export class HandlerErrorFilter implements ExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
