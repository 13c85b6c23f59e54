module svc
